import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { expectSame, makeWorkspace, runInWorkspace, runOutside } from './workload.ts'

const SHELL: readonly { what: string; script: string; proof: RegExp }[] = [
  {
    what: 'process substitution',
    script:
      'diff <(printf "a\\nb\\n") <(printf "a\\nc\\n"); cat <(echo one) <(echo two); echo x > >(cat >out); wait; sleep 0.1; cat out',
    proof: /one\ntwo\nx/,
  },
  {
    what: 'here-documents and here-strings',
    script: 'cat <<END\nvalue $((6*7))\nEND\ncat <<<"a string"; big=$(printf %200000s); wc -c <<<"$big"',
    proof: /value 42\na string\n200001/,
  },
  {
    what: 'background jobs and wait',
    script:
      'for n in 1 2 3; do (sleep 0.0$n; exit $n) & pids="$pids $!"; done; for p in $pids; do wait $p; echo $?; done; sleep 100 & kill %%; wait %%; echo killed $?',
    proof: /1\n2\n3\nkilled 143/,
  },
  {
    what: 'job control',
    script: 'set -m; sleep 100 & jobs; kill -STOP %1; kill -CONT %1; kill %1; wait %1; echo $?',
    proof: /Running[^\n]*\n143/,
  },
  {
    what: 'a pipe of three programs',
    script:
      'seq 1 100000 | sed s/9/x/g | sort | sha256sum; echo ${PIPESTATUS[*]}; yes | head -1000 | wc -l; echo ${PIPESTATUS[*]}',
    proof: /0 0 0 0\n1000\n141 0 0/,
  },
  {
    what: 'traps and coprocesses',
    script:
      'trap "echo exit" EXIT; trap "echo usr" USR1; kill -USR1 $$; coproc cat; echo through >&${COPROC[1]}; read -u ${COPROC[0]} line; echo $line',
    proof: /usr\nthrough\nexit/,
  },
  {
    what: 'fifos and file descriptors',
    script:
      'mkfifo f; cat f & echo by fifo >f; wait; exec 5<>f; echo again >&5; read -u 5 x; echo $x; exec 5>&-; exec 9>log; echo log >&9; cat log',
    proof: /by fifo\nagain\nlog/,
  },
  {
    what: 'the devices',
    script:
      'echo gone >/dev/null; head -c 3 /dev/zero | wc -c; head -c 3 /dev/urandom | wc -c; echo std | cat /dev/stdin; echo fd | cat /dev/fd/0; test -c /dev/full && echo x >/dev/full; mktemp /dev/shm/x.XXXX >name && rm $(cat name) && echo shm',
    proof: /3\n3\nstd\nfd\nshm/,
  },
  {
    what: 'tar, gzip and find',
    script:
      'mkdir -p a/b; echo text >a/b/c; ln -s b/c a/l; ln a/b/c a/h; chmod 640 a/b/c; touch -d 2001-02-03 a/b/c; tar czf x.tgz a && rm -r a && tar xzf x.tgz && find a -printf "%P %y %m %l\\n" | sort; stat -c "%Y %h" a/b/c; cat a/l; gzip -k x.tgz 2>/dev/null; xargs -P4 -n1 echo <<<"1 2 3" | sort',
    proof: /b\/c f 640 \nh f 640 \nl l 777 b\/c\n\d+ 2\ntext/,
  },
  {
    what: 'sort with temporary files',
    script:
      'mkdir tmp; export TMPDIR=$PWD/tmp; seq 1 200000 | sort -R --random-source=/dev/zero -S 100k | sort -n -S 100k --parallel=2 | sha256sum; ls tmp; mktemp -d | grep -c tmp/',
    proof: /-\n1$/,
  },
  {
    what: 'temporary files in /tmp',
    script: 'f=$(mktemp) && echo hi >$f && cat $f && rm $f; d=$(mktemp -d) && rmdir $d && echo gone',
    proof: /hi\ngone/,
  },
  {
    what: 'who I am and where',
    script:
      'id -u; id -g; pwd; umask; ulimit -n; hostname; uname -s; nproc; date +%Z; locale charmap; echo $HOME',
    proof: /Linux/,
  },
]

describeForUsers('a shell works in a sandbox as outside', [], (user) => {
  test.each(SHELL)('with $what', async ({ script, proof }) => {
    const stdout = await expectSame(user, { command: ['bash', '--norc', '-c', script] })
    expect(stdout.trimEnd()).toMatch(proof)
  })
})

const GIT_SET_UP =
  'git init -q -b main . && git config user.email a@b.c && git config user.name n && echo one >f && git add f && git commit -qm first'

describeForUsers('git works in a sandbox', ['git'], (user) => {
  const env = {
    GIT_AUTHOR_DATE: '2001-02-03T04:05:06Z',
    GIT_COMMITTER_DATE: '2001-02-03T04:05:06Z',
    GIT_PAGER: 'cat',
  }

  test('as outside, for what reads a repository', async () => {
    const script = `${GIT_SET_UP} && mkdir sub && echo two >sub/g`
    const workspaces = [makeWorkspace(user), makeWorkspace(user)]
    const [inside = '', outside = ''] = workspaces
    for (const workspace of workspaces) {
      expect(await runOutside(user, workspace, { command: ['sh', '-c', script], env })).toMatchObject({
        exitCode: 0,
      })
    }
    const read =
      'echo more >>f; git status --short; git log --stat; git diff; git show HEAD:f; git blame -s f; git ls-files; git grep one; git rev-parse HEAD; git branch -a; git -C sub status --short'
    const result = await runInWorkspace(user, inside, { command: ['sh', '-c', read], env })
    const twin = await runOutside(user, outside, { command: ['sh', '-c', read], env })
    expect(result).toMatchObject({ exitCode: 0, stdout: twin.stdout, stderr: twin.stderr })
    expect(result.stdout).toContain(' M f\n?? sub/\n')
  })

  test('and cannot write the repository of its workspace, but one below', async () => {
    const workspace = makeWorkspace(user)
    expect(await runOutside(user, workspace, { command: ['sh', '-c', GIT_SET_UP], env })).toMatchObject({
      exitCode: 0,
    })
    const commit = 'echo x >x && git add x && git commit -qm second'
    const denied = await runInWorkspace(user, workspace, { command: ['sh', '-c', commit], env })
    expect(denied.exitCode).not.toBe(0)
    expect(denied.stderr).toMatch(/Read-only file system/)
    expect(await runOutside(user, workspace, { command: ['sh', '-c', commit], env })).toMatchObject({
      exitCode: 0,
    })
    const below = await runInWorkspace(user, workspace, {
      command: [
        'sh',
        '-c',
        `mkdir below && cd below && ${GIT_SET_UP} && git clone -q . ../clone && git -C ../clone log --oneline`,
      ],
      env,
    })
    expect(below).toMatchObject({ exitCode: 0, stderr: '' })
    expect(below.stdout).toMatch(/^[0-9a-f]{7} first\n$/)
    expect(existsSync(`${workspace}/clone/.git`)).toBe(true)
  })
})

const C_PROGRAM = `
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "answer.h"
static void *work(void *unused) { (void)unused; return (void *)(long)answer(); }
int main(void) {
  pthread_t thread; void *result; int status;
  pthread_create(&thread, 0, work, 0); pthread_join(thread, &result);
  pid_t pid = fork(); if (pid == 0) _exit(3);
  waitpid(pid, &status, 0);
  printf("%ld %d\\n", (long)result, WEXITSTATUS(status));
  return 0;
}
`

describeForUsers('make and a C compiler work in a sandbox as outside', ['cc'], (user) => {
  test('with several jobs at once, and the program runs', async () => {
    const files = {
      'main.c': C_PROGRAM,
      'answer.c': '#include "answer.h"\nint answer(void) { return 42; }\n',
      'answer.h': 'int answer(void);\n',
      Makefile:
        'CFLAGS = -O2 -Wall -pthread\nprogram: main.o answer.o\n\t@$(CC) -pthread -o $@ $^\n%.o: %.c answer.h\n\t@$(CC) $(CFLAGS) -c $<\ncheck: program\n\t@./program\n',
    }
    const stdout = await expectSame(user, {
      files,
      command: ['sh', '-c', 'make -s -j4 && make -s check && make -q && ls main* answer* program'],
    })
    expect(stdout).toContain('42 3\n')
  })
})

describeForUsers('java works in a sandbox', ['java'], (user) => {
  test('with the files that it maps and its threads', async () => {
    const stdout = await expectSame(user, {
      command: ['sh', '-c', 'java -XX:TieredStopAtLevel=1 -version 2>&1 | head -1'],
    })
    expect(stdout).toMatch(/version/)
  })
})
