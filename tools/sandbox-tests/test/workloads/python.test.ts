import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { expectSame, makeWorkspace, runInWorkspace, runOutside } from './workload.ts'

const MULTIPROCESSING = `
import multiprocessing as mp
from multiprocessing import shared_memory

def square(n): return n * n

def child(queue, name):
    memory = shared_memory.SharedMemory(name=name)
    memory.buf[0] = 42
    memory.close()
    queue.put('from the child')

if __name__ == '__main__':
    for method in ('fork', 'spawn'):
        context = mp.get_context(method)
        with context.Pool(3) as pool: print(method, pool.map(square, range(5)))
        memory = shared_memory.SharedMemory(create=True, size=16)
        queue = context.Queue()
        process = context.Process(target=child, args=(queue, memory.name))
        process.start()
        print(queue.get(timeout=20), memory.buf[0])
        process.join()
        memory.close(); memory.unlink()
        with context.Lock(): pass
        event = context.Event(); event.set(); print(event.wait(1))
`

/** What talks by sockets with a name, of which the sandbox has none unless the network is enabled. */
const NAMED_SOCKETS: readonly { what: string; program: string }[] = [
  {
    what: 'a manager of multiprocessing',
    program: `
import multiprocessing as mp
if __name__ == '__main__':
    with mp.Manager() as manager:
        shared = manager.dict(); shared['a'] = 1; print(dict(shared))
`,
  },
  {
    what: 'the start method forkserver',
    program: `
import multiprocessing as mp
if __name__ == '__main__':
    with mp.get_context('forkserver').Pool(1) as pool: print(pool.map(abs, [-1]))
`,
  },
]

const ASYNCIO = `
import asyncio, os, signal

async def main():
    process = await asyncio.create_subprocess_exec('sh', '-c', 'cat; exit 3', stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate(b'hello')
    print(out, process.returncode)

    async def serve(reader, writer):
        writer.write((await reader.readline()).upper()); await writer.drain(); writer.close()
    for host in ('127.0.0.1', 'localhost'):
        server = await asyncio.start_server(serve, host, 0)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b'line\\n'); print(host, await reader.readline()); writer.close()
        server.close()

    got = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, got.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(got.wait(), 20)
    print('signal', await asyncio.to_thread(lambda: 'thread'))
    print(await asyncio.gather(*[asyncio.sleep(0.01, n) for n in range(3)]))

asyncio.run(main())
`

const SQLITE = `
import os, sqlite3
db = sqlite3.connect('data.db')
db.execute('pragma journal_mode = wal')
with db:
    db.execute('create table t(a integer, b text)')
    db.executemany('insert into t values(?, ?)', [(n, str(n)) for n in range(1000)])
print(db.execute('select count(*), sum(a) from t').fetchone(), sqlite3.connect('data.db').execute('select b from t where a = 7').fetchone())
db.close()
print(sorted(name for name in os.listdir() if name.startswith('data')))
`

const LIBRARY = `
import concurrent.futures, mmap, os, pathlib, select, socket, subprocess, tempfile, threading
with concurrent.futures.ProcessPoolExecutor(2) as pool: print(list(pool.map(abs, [-1, -2])))
with concurrent.futures.ThreadPoolExecutor(8) as pool: print(sum(pool.map(len, ['a'] * 100)))
print(subprocess.run(['sh', '-c', 'echo $((6*7))'], capture_output=True, text=True).stdout)
with tempfile.NamedTemporaryFile() as file: file.write(b'x'); file.flush(); print(os.path.getsize(file.name))
with tempfile.TemporaryDirectory(dir='.') as directory: pathlib.Path(directory, 'f').write_text('x'); print(os.listdir(directory))
a, b = socket.socketpair(); a.send(b'pair'); print(b.recv(9))
r, w = os.pipe(); p = select.poll(); p.register(r); os.write(w, b'x'); print(len(p.poll(1000)))
m = mmap.mmap(-1, 4096); m[:3] = b'map'; print(m[:3])
print(len(os.urandom(8)), os.cpu_count() > 0, open('/dev/null').read() == '', len(open('/dev/zero', 'rb').read(4)))
pid, fd = __import__('pty').fork()
if pid == 0: os.execlp('echo', 'echo', 'on a pty')
print(os.read(fd, 100)); os.waitpid(pid, 0)
`

describeForUsers('python3 works in a sandbox as outside', ['python3'], (user) => {
  test.each([
    {
      what: 'multiprocessing with pools, queues, locks and shared memory',
      program: MULTIPROCESSING,
      proof: /spawn \[0, 1, 4, 9, 16\]\nfrom the child 42/,
    },
    {
      what: 'asyncio with subprocesses, servers on loopback and signal handlers',
      program: ASYNCIO,
      proof: /localhost b'LINE\\n'\nsignal thread/,
    },
    { what: 'sqlite3 with a write-ahead log', program: SQLITE, proof: /\(1000, 499500\) \('7',\)/ },
    { what: 'what programs use every day', program: LIBRARY, proof: /on a pty/ },
  ])('$what', async ({ program, proof }) => {
    const stdout = await expectSame(user, {
      files: { 'program.py': program },
      command: ['/usr/bin/python3', 'program.py'],
    })
    expect(stdout).toMatch(proof)
  })

  test.each(NAMED_SOCKETS)(
    'but for $what, which needs the network enabled and says that it is not permitted',
    async ({ program }) => {
      const workspace = makeWorkspace(user, { 'program.py': program })
      const workload = { command: ['/usr/bin/python3', 'program.py'] } as const
      const outside = await runOutside(user, workspace, workload)
      expect(outside).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await runInWorkspace(user, workspace, { ...workload, network: 'enabled' })).toMatchObject({
        exitCode: 0,
        stdout: outside.stdout,
      })
      const restricted = await runInWorkspace(user, workspace, workload)
      expect(restricted.exitCode).toBe(1)
      expect(restricted.stderr).toContain('PermissionError: [Errno 1] Operation not permitted')
    },
  )
})
