#!/usr/bin/env bash
# The experiment of docs/codesign.md: what each of its tables is made from. Takes hours for all
# networks and ten seeds; stopped at any time, it goes on where it was.
#
#   docs/codesign.sh run [FOLDER] [THREADS]    every part, into the folder's logs
#   docs/codesign.sh tables [FOLDER]           the tables of what is there
#   docs/codesign.sh proofs NETWORK...         proved optima, by the command line
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:?run, tables or proofs}
shift

experiment() {
    nice -n 19 cargo run --quiet --release -p stationary-search --example experiment -- "$@"
}
objective() { python3 -c '
import json, sys
best = json.load(sys.stdin)["best"]
shape = best["hardware"]
print(best["objective"], shape["batch"], shape["block_in"], shape["block_out"], sep=",")'; }

# Networks that share layers follow each other, as a tuner that has run on a layer is not run again.
networks=resnet18,resnet34,alexnet,vgg16,vgg19,vgg13,vgg11
arco=arco,arco-without-agents
others=autotvm,random,genetic,annealing,autotvm-16,random+confidence,genetic+confidence
others+=,autotvm+confidence,chameleon
folder=target/codesign

case $what in
run)
    folder=${1:-$folder} threads=${2:-1}
    experiment "$folder" networks fixed,area=2.1mm2 $networks autotvm,arco 256 10 "$threads"
    experiment "$folder" tasks fixed $networks $arco 256 10 "$threads"
    experiment "$folder" networks macs=256 $networks autotvm,arco 256 10 "$threads"
    experiment "$folder" tasks fixed $networks "$arco,$others" 1000 10 "$threads"
    ;;
tables)
    experiment "${1:-$folder}" tables
    ;;
proofs)
    echo network,choice,cycles,batch,block_in,block_out
    for network in "$@"; do
        for choice in "fixed" "all --macs 256" "all --budget area=2.1mm2" "all"; do
            # The words of a choice are arguments of their own.
            # shellcheck disable=SC2086
            found=$(cargo run --quiet --release -- search codesign --network "$network" \
                --hardware $choice --optimizer exact --format json | objective)
            echo "$network,$choice,$found"
        done
    done
    ;;
*)
    echo "needed run, tables or proofs; found $what" >&2
    exit 2
    ;;
esac
