// What holds of the beginning and the end of every command, with the broker: the same tests once more.
process.env['SANDBOX_TEST_BROKER'] = '1'
await import('../lifecycle/signals.test.ts')
await import('../lifecycle/caller-death.test.ts')
await import('../lifecycle/many-at-once.test.ts')
await import('../library/result.test.ts')
