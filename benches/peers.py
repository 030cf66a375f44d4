"""hashwatt and its peers in turn on the same files; called by peers.sh, which makes the files.

Each round runs every program of a case once, in turn, so that a drift of the machine's speed meets all alike. A program's own
figure is the median over the rounds of what it timed inside itself (arrays loaded, network built, first run thrown away);
"process" is the whole process from start to exit. Ratios are peer over hashwatt. Results are compared value by value.
"""
import argparse, json, os, resource, subprocess, time
import numpy as np

a = argparse.ArgumentParser()
for name in ("harness", "dir", "bench", "program"):
    a.add_argument("--" + name, required=True)
a.add_argument("--rounds", type=int, default=3)
a = a.parse_args()
work, out = os.path.join(a.dir, "work"), os.path.join(a.dir, "out")
python = {k: os.path.join(a.dir, k, "bin", "python") for k in "pq"}


def process(command, **environment):
    """Runs a command; its last JSON line, with wall and CPU seconds and peak memory of the process."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, cwd=a.harness)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode:
        raise SystemExit(f"{' '.join(command)}\n{run.stderr[-800:]}")
    lines = [line for line in run.stdout.splitlines() if line.startswith("{") and line.endswith("}")]
    inner = json.loads(lines[-1]) if lines else {}
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {**inner, "process_wall_s": wall, "process_cpu_s": cpu}


def hashwatt(case):
    return process([a.bench, "--bench"], HASHWATT_PEER_CASE=case, HASHWATT_PEER_WORK=work, HASHWATT_PEER_OUT=out)


def peer(which, script, *arguments):
    return process([python[which], os.path.join(a.harness, script), "--work", work, "--out", out, *arguments])


def in_turn(programs):
    rounds = [{name: run() for name, run in programs.items()} for _ in range(a.rounds)]
    return {name: [r[name] for r in rounds] for name in programs}


def median(runs, wall, cpu):
    of = lambda key: float(np.median([key(r) for r in runs]))
    return of(wall), of(cpu)


def read(case, program, name):
    return np.fromfile(os.path.join(out, case, program, name), "<f8")


def row(work_name, program, ours, theirs, difference):
    ratio = lambda k: f"{theirs[k] / ours[k]:,.1f}" if ours[k] > 0 else "–"
    ms = lambda pair: f"{1e3 * pair[0]:,.2f} / {1e3 * pair[1]:,.2f}"
    print(f"| {work_name} | {program} | {ms(theirs)} | {ms(ours)} | {ratio(0)}× | {ratio(1)}× | {difference} |", flush=True)


print("| work | peer | peer, wall / CPU ms | hashwatt, wall / CPU ms | wall | CPU | largest difference |")
print("|---|---|---|---|---|---|---|")

compute = (lambda r: r["compute"]["wall_s"], lambda r: r["compute"]["cpu_s"])
own = (lambda r: r["wall_s"], lambda r: r["cpu_s"])
whole = (lambda r: r["process_wall_s"], lambda r: r["process_cpu_s"])

for case, snapshots in (("case118", 8760), ("case1354pegase", 1000)):
    programs = {"hashwatt": lambda: hashwatt("a_" + case)}
    for name, which in (("numpy", "p"), ("lightsim", "q")):
        programs[name] = lambda name=name, which=which: peer(which, "case_a.py", "--case", case, "--peer", name)
    runs = in_turn(programs)
    ours, flows = median(runs["hashwatt"], *own), read("a_" + case, "hashwatt", "flows.f64")
    for name in ("numpy", "lightsim"):
        worst = np.abs(read("a_" + case, name, "flows.f64") - flows).max()
        row(f"DC flow, {case} × {snapshots}", name, ours, median(runs[name], *compute), f"{worst:.1e} MW")

# The whole process, arrays in and out: .npy for hashwatt, raw doubles for numpy.
folder = os.path.join(work, "a_case118")
buses, gens = 118, len(np.fromfile(os.path.join(folder, "gens.f64"), "<f8")) // 8760
for name, columns in (("loads", buses), ("gens", gens)):
    np.save(os.path.join(folder, name + ".npy"), np.fromfile(os.path.join(folder, name + ".f64"), "<f8").reshape(-1, columns))
flow = [os.path.abspath(a.program), "grid", "flow", "network.m", "--json", "--loads", "loads.npy", "--gens", "gens.npy"]
flow = [os.path.join(folder, x) if x.endswith((".m", ".npy")) else x for x in flow] + ["--flows", os.path.join(out, "flows.npy")]
os.makedirs(out, exist_ok=True)
runs = in_turn({"hashwatt": lambda: process(flow), "numpy": lambda: peer("p", "case_a.py", "--peer", "numpy", "--once")})
worst = np.abs(np.load(os.path.join(out, "flows.npy")).ravel() - read("a_case118", "numpy", "flows.f64")).max()
row("the first as a whole process", "numpy", median(runs["hashwatt"], *whole), median(runs["numpy"], *whole), f"{worst:.1e} MW")

runs = in_turn({"hashwatt": lambda: hashwatt("b_case118"), "HiGHS, warm": lambda: peer("p", "case_b.py", "--peer", "highs_theta")})
ours, theirs = (read("b_case118", p, "objective.f64") for p in ("hashwatt", "highs_theta"))
worst = (np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1.0)).max()
year = (lambda r: r["wall_s"], lambda r: r["cpu_s"])
row("dispatch, case118 tightened × 8760", "HiGHS, warm", median(runs["hashwatt"], *own), median(runs["HiGHS, warm"], *year), f"{worst:.1e} relative")

runs = in_turn({"hashwatt": lambda: hashwatt("c_rts79"), "numba": lambda: peer("p", "case_c.py", "--peer", "numba_seq"), "convolution in numpy": lambda: peer("p", "case_c.py", "--peer", "copt")})
mine = runs["hashwatt"][0]
sampled = (lambda r: r["s_per_1000_years"], lambda r: r["cpu_s_per_1000_years"])
off = abs(mine["lolh"] - mine["lolh_exact"]) / mine["standard_error"]
row("RTS-79, 1000 sequential years", "numba", median(runs["hashwatt"], *own), median(runs["numba"], *sampled), f"{off:.1f} standard errors from exact")
exact = (lambda r: r["exact_s"], lambda r: r["exact_s"])
worst = abs(mine["lolh_exact"] / runs["convolution in numpy"][0]["lole_h"] - 1.0)
row("RTS-79, exact", "convolution in numpy", median(runs["hashwatt"], *exact), median(runs["convolution in numpy"], *own), f"{worst:.1e} relative")
