#!/usr/bin/env bash
# The experiment of docs/codesign.md: what each of its tables is made from. Takes hours for all
# networks and ten seeds; each part stands by itself.
#
#   docs/codesign.sh tasks    NETWORKS [TUNERS] [MEASUREMENTS] [SEEDS] [fixed|all|all:MM2]
#   docs/codesign.sh proofs   NETWORK...
#   docs/codesign.sh networks NETWORK [MEASUREMENTS] [SEEDS] [AREA]
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:?tasks, proofs or networks}
shift

stationary() { cargo run --quiet --release -- "$@"; }
objective() { python3 -c '
import json, sys
best = json.load(sys.stdin)["best"]
shape = best["hardware"]
print(best["objective"], shape["batch"], shape["block_in"], shape["block_out"], sep=",")'; }

case $what in
tasks)
    tuners=random,random+confidence,genetic,genetic+confidence,annealing,autotvm,autotvm-16
    tuners+=,autotvm+confidence,chameleon,arco-without-agents,arco
    RAYON_NUM_THREADS=1 cargo run --quiet --release -p stationary-search --example codesign -- \
        "$1" "${2:-$tuners}" "${3:-256}" "${4:-10}" "${5:-fixed}"
    ;;
proofs)
    echo network,choice,cycles,batch,block_in,block_out
    for network in "$@"; do
        for choice in "fixed" "all --macs 256" "all --budget area=2.1mm2" "all"; do
            # The words of a choice are arguments of their own.
            # shellcheck disable=SC2086
            found=$(stationary search codesign --network "$network" --hardware $choice \
                --optimizer exact --format json | objective)
            echo "$network,$choice,$found"
        done
    done
    ;;
networks)
    network=$1 measurements=${2:-64} seeds=${3:-10} area=${4:-2.1mm2}
    folder=$(mktemp -d)
    echo network,hardware,optimizer,seed,cycles,batch,block_in,block_out
    for ((seed = 0; seed < seeds; seed++)); do
        for hardware in "fixed" "all --budget area=$area"; do
            for optimizer in autotvm arco; do
                # Measurements are shared by all runs on the same hardware.
                record=$folder/${hardware%% *}.jsonl
                resume=()
                if [ -f "$record" ]; then resume=(--resume "$record"); fi
                # shellcheck disable=SC2086
                found=$(stationary search codesign --network "$network" --hardware $hardware \
                    --optimizer "$optimizer" --measurements "$measurements" --seed "$seed" \
                    --record "$record" "${resume[@]}" --format json | objective)
                echo "$network,${hardware%% *},$optimizer,$seed,$found"
            done
        done
    done
    ;;
*)
    echo "needed tasks, proofs or networks; found $what" >&2
    exit 2
    ;;
esac
