#!/usr/bin/env bash
# The README's figures of the model against the machine: all bundled networks on the presets, three
# presets with DRAM standards, and how the model ranks eight mappings of a layer.
#
#   docs/validation.sh [FOLDER]      answers that are in the folder already are not made again
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"

[ -n "${STATIONARY:-}" ] || cargo build --quiet --release
stationary=${STATIONARY:-${CARGO_TARGET_DIR:-target}/release/stationary}
answer() { # FILE ARGUMENT...
    local file=$folder/$1
    shift
    [ -s "$file" ] && return
    "$stationary" validate --dataflow all --format "${file##*.}" --quiet "$@" >"$file.part" 2>>"$folder/notes"
    mv "$file.part" "$file"
}
names() { "$stationary" list "$1" --format csv | tail -n +2 | cut -d, -f1; }

for arch in eyeriss nvdla-small nvdla-large systolic tpu-v1 gemmini shidiannao; do
    for network in $(names networks); do
        answer "own,$arch,$network.csv" --arch "$arch" --network "$network"
    done
done
for arch in systolic eyeriss nvdla-small; do
    for network in resnet18 mobilenet_v2; do
        for kind in ddr4-2400 hbm2 lpddr4-2400; do
            answer "$kind,$arch,$network.csv" --arch "$arch" --network "$network" --set "dram.kind=$kind"
        done
    done
done
for arch in systolic gemmini shidiannao tpu-v1 eyeriss nvdla-large; do
    for network in alexnet resnet18 mobilenet_v2; do
        answer "eight,$arch,$network.json" --arch "$arch" --network "$network" --mappings 8
    done
done

python3 - "$folder" <<'PYTHON'
import collections, csv, glob, json, os, sys

own, standard, of_network = collections.defaultdict(list), [], collections.defaultdict(list)
for path in sorted(glob.glob(sys.argv[1] + "/*.csv")):
    kind, arch, network = os.path.basename(path)[:-4].split(",")
    for row in csv.DictReader(open(path)):
        if row["layer"] == "total":
            continue
        error = 100 * float(row["error"])
        said = (error, f"{arch} {row['dataflow']} {network} {row['layer']}, {row['machine']} cycles")
        if kind == "own":
            own[arch, row["dataflow"]].append(said)
            of_network[arch, row["dataflow"], network].append(said)
        else:
            standard.append((error, f"{kind} {said[1]}"))

def sizes(of):
    return sorted(abs(error) for error, _ in of)
def mean(of):
    return sum(sizes(of)) / len(of)
def p95(of):
    return sizes(of)[int(0.95 * (len(of) - 1) + 0.5)]
def brief(of):
    return f"{mean(of):.1f} ({sizes(of)[-1]:.1f})"

shown = "alexnet", "resnet18", "mobilenet_v2"
for (arch, dataflow), of in own.items():
    cells = [brief(of_network[arch, dataflow, network]) for network in shown]
    print(f"| {arch} {dataflow} |", " | ".join(cells), f"| {mean(of):.1f} | {p95(of):.1f} | {sizes(of)[-1]:.1f} |")
for title, of in [
    ("all but nvdla-small", [said for key, of in own.items() if key[0] != "nvdla-small" for said in of]),
    ("all", [said for of in own.values() for said in of]),
    ("with DRAM standards", standard),
]:
    print(f"{title}: {len(of)} layers, mean {mean(of):.1f}, P95 {p95(of):.1f}, from {min(of)} to {max(of)}")

for path in sorted(glob.glob(sys.argv[1] + "/eight,*.json")):
    answer = json.load(open(path))
    for run in answer["dataflows"]:
        print(f"{answer['arch']} {run['dataflow']} {answer['network']}: tau {run['kendall_tau']:.2f},",
              ", ".join(f"best of {count} {100 * regret:.2f} %" for count, regret in run["regret"].items()))
PYTHON
