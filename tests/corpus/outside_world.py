"""Checks a corpus and writes the page about it: python outside_world.py REGAUGE CORPUS LIBRARIES PAGE

CORPUS has a folder per compiler, with what it made; LIBRARIES has unpacked packages of the Python index. In both, a file
`versions` names what is in it, one a line: NAME VERSION.
"""

import collections
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

# The newest device: of some libraries there is PTX for nothing older.
NEWEST = "12.1"
MACHINE_CODE = "PTX: only machine code is there"


class Answer:
    """What `regauge check --json` says of some files, and what it took to say it."""

    def __init__(self, regauge, paths, capability):
        environment = dict(os.environ, REGAUGE_COMPUTE_CAPABILITY=capability)
        command = [regauge, "check", "--json", *map(str, paths)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        answer = json.loads(process.stdout.read())
        _, status, used = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            print(f"{' '.join(command)} could not read everything", file=sys.stderr)
        self.seconds = used.ru_utime + used.ru_stime
        self.megabytes = used.ru_maxrss / 1024
        self.kernels = [kernel for file in answer["files"] for kernel in file["kernels"]]
        self.intermediate = sum(file["intermediate"] for file in answer["files"])
        self.has_code = self.intermediate > 0 or any(file["kernels"] or file["cubins"] for file in answer["files"])

    def count(self, wanted):
        return sum(1 for kernel in self.kernels if wanted(kernel))


def is_machine_code(kernel):
    return any(missing["form"].startswith(MACHINE_CODE) for missing in kernel["missing"])


def runs(kernel):
    return kernel["status"] == "runs"


def rank(kernels):
    """What kernels with PTX lack: form, kernels that need it; the most frequent first."""
    lacking = [kernel for kernel in kernels if not runs(kernel) and not is_machine_code(kernel)]
    count = collections.Counter(form for kernel in lacking for form in {missing["form"] for missing in kernel["missing"]})
    return sorted(count.items(), key=lambda item: (-item[1], item[0]))


def capability_for(path):
    """Code for one architecture only (`sm_90a`) runs on that one."""
    if path.suffix != ".ptx":
        return NEWEST
    target = re.search(rb"\.target\s+sm_(\d+)(\d)a", path.read_bytes()[:4096])
    return ".".join(number.decode() for number in target.groups()) if target else NEWEST


def compilers(regauge, corpus):
    """By compiler: the kernels of all files, each checked for the device that it is for."""
    for folder in sorted(path for path in corpus.iterdir() if path.is_dir()):
        groups = collections.defaultdict(list)
        for path in sorted(path for path in folder.rglob("*") if path.suffix in (".ptx", ".o")):
            groups[capability_for(path)].append(path)
        answers = [Answer(regauge, paths, capability) for capability, paths in sorted(groups.items())]
        yield folder.name, sum(map(len, groups.values())), [kernel for answer in answers for kernel in answer.kernels]


def libraries(regauge, folder):
    """Every shared library that holds device code."""
    for path in sorted(folder.rglob("*.so*"), key=lambda path: path.name):
        with path.open("rb") as file:
            if file.read(4) != b"\x7fELF":
                continue
        answer = Answer(regauge, [path], NEWEST)
        if answer.has_code:
            yield path.name, answer


def versions(folder):
    lines = (folder / "versions").read_text().splitlines()
    return ", ".join(sorted(lines, key=str.lower))


def list_forms(kernels, write):
    forms = rank(kernels)
    if not forms:
        write("Nothing is missing.\n")
        return
    write("| kernels | missing |\n| ---: | --- |")
    for form, count in forms:
        name, _, reason = form.partition(": ")
        write(f"| {count} | `{name}`{': ' + reason if reason else ''} |")
    write("")


def main():
    regauge, corpus, library_folder, page = sys.argv[1:]
    corpus, library_folder = pathlib.Path(corpus), pathlib.Path(library_folder)
    text = []
    write = text.append
    write(
        f"""# The outside world

Which kernels of other people's programs Regauge translates. `./x corpus` makes the programs with their compilers, fetches
the libraries, asks `regauge check` of every kernel what it lacks, and writes this page. What `check` says comes from the
translator: a kernel without gaps translates. It says nothing of results; those are tested elsewhere
([conformance.md](conformance.md)).

Made on {datetime.date.today()}, for a device of compute capability {NEWEST}; code for one architecture only (`sm_90a`)
was asked of a device of that architecture.

## What compilers write

From {versions(corpus)}.

| compiler | files | kernels | translate | |
| --- | ---: | ---: | ---: | ---: |"""
    )
    made, total, translated = {}, 0, 0
    for name, files, kernels in compilers(regauge, corpus):
        made[name] = kernels
        good = sum(map(runs, kernels))
        total, translated = total + len(kernels), translated + good
        write(f"| {name} | {files} | {len(kernels)} | {good} | {100 * good / max(len(kernels), 1):.1f} % |")
    write(f"| all | | {total} | {translated} | {100 * translated / max(total, 1):.1f} % |\n")
    write("The lists name all that is missing; a text that does not parse would be in them with the parser's message.\n")
    for name, kernels in made.items():
        if rank(kernels):
            write(f"### What kernels from {name} lack\n")
            list_forms(kernels, write)
    write(
        f"""## Libraries

From {versions(library_folder)}.

Kernels that are there as machine code only run on no device but NVIDIA's; one that has PTX in one fatbin and none in another
counts as such, since the library may load either. LTO-IR is intermediate code that a library links when it runs; its kernels
are not known. Seconds are of processor time, megabytes the most that the check took at a time.

| library | kernels | machine code only | with PTX | of these translate | fatbins of LTO-IR | seconds | MB |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"""
    )
    found = []
    for name, answer in libraries(regauge, library_folder):
        print(f"checked {name}", file=sys.stderr)
        found += answer.kernels
        machine = answer.count(is_machine_code)
        write(
            f"| {name} | {len(answer.kernels)} | {machine} | {len(answer.kernels) - machine} | {answer.count(runs)} "
            f"| {answer.intermediate} | {answer.seconds:.1f} | {answer.megabytes:.0f} |"
        )
    machine = sum(map(is_machine_code, found))
    write(f"| all | {len(found)} | {machine} | {len(found) - machine} | {sum(map(runs, found))} | | | |\n")
    write("### What their kernels with PTX lack\n")
    write(
        "Functions that are not defined in the module are ones that the library links in when the program has given them, "
        "as cuSPARSE does with the operators of its users.\n"
    )
    list_forms(found, write)
    pathlib.Path(page).write_text("\n".join(text).rstrip() + "\n")


main()
