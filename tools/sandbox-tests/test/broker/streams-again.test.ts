// What holds of the streams of every command, with the broker: the same tests once more.
process.env['SANDBOX_TEST_BROKER'] = '1'
await import('../lifecycle/streams.test.ts')
await import('../lifecycle/stdio-forms.test.ts')
