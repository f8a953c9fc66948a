"""Runs a program on a terminal of its own and follows a dialogue. Started by terminal.ts as the user of a test.

stdin: {"words": [...], "steps": [...], "rows": n, "columns": n}. A step is one of
  {"expect": regular expression}  waits for it in what has come since the last one was found
  {"type": text}                  types it
  {"resize": [rows, columns]}     resizes the terminal
stdout: {"transcript", "status", "problem", "modesBefore", "modesAfter"}.
"""
import fcntl, json, os, pty, re, select, struct, sys, termios, time

WITHIN_S = 25
request = json.load(sys.stdin)


def resize(rows, columns):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def modes():
    """Flags and control characters, not the speeds."""
    seen = termios.tcgetattr(slave)
    return [seen[0], seen[1], seen[2], seen[3], [str(one) for one in seen[6]]]


def drain(seconds):
    """Whether something came."""
    global transcript, unread
    if not select.select([master], [], [], seconds)[0]:
        return False
    try:
        text = os.read(master, 65536).decode("utf8", "replace")
    except OSError:
        return False
    transcript += text
    unread += text
    return text != ""


def wait_for(pattern):
    global unread
    deadline = time.monotonic() + WITHIN_S
    while True:
        found = re.search(pattern, unread)
        if found:
            unread = unread[found.end():]
            return None
        if time.monotonic() > deadline:
            return f"{pattern!r} did not come; unread is {unread!r}"
        # A program that has ended says nothing more, once what it wrote has been read.
        has_ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        if not drain(0.1) and has_ended:
            return f"the program ended before {pattern!r} came; unread is {unread!r}"


def ended(pid):
    """The wait status as the shell has it, once the program has ended."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        drain(0.02)
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            while drain(0.05):
                pass
            return os.waitstatus_to_exitcode(status)
    return None


master, slave = pty.openpty()
transcript, unread, problem, status = "", "", None, None
resize(request.get("rows", 24), request.get("columns", 80))
before = modes()
pid = os.fork()
if pid == 0:
    os.close(master)
    os.login_tty(slave) if hasattr(os, "login_tty") else None
    if not hasattr(os, "login_tty"):
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for fd in range(3):
            os.dup2(slave, fd)
    os.closerange(3, 256)
    os.execvp(request["words"][0], request["words"])

for step in request["steps"]:
    if "expect" in step:
        problem = wait_for(step["expect"])
        if problem:
            break
    elif "type" in step:
        os.write(master, step["type"].encode())
    else:
        resize(*step["resize"])
if problem is None:
    status = ended(pid)
    if status is None:
        problem = f"it did not end; unread is {unread!r}"
after = modes()
if status is None:
    os.kill(pid, 9)
print(json.dumps({"transcript": transcript, "status": status, "problem": problem, "modesBefore": before, "modesAfter": after}))
