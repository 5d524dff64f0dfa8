#!/usr/bin/env bash
# The figures of docs/certify.md: proofs of networks and dataflows under a budget, each checked again.
#
#   docs/certify.sh [NETWORK,...] [STYLE,...] [BUDGET]
set -euo pipefail
cd "$(dirname "$0")/.."
networks=${1:-mobilenet_v2,resnet50} styles=${2:-dla,shi,eye} budget=${3:-area=iot}

cargo build --quiet --release
stationary=${CARGO_TARGET_DIR:-target}/release/stationary
folder=$(mktemp -d)
TIMEFORMAT=%U
echo network,style,cycles,model_choice,simulations,entries,most_in_a_layer,rounds,user_seconds,verify_seconds
for network in ${networks//,/ }; do
    for style in ${styles//,/ }; do
        certificate=$folder/$network.$style.json answer=$folder/answer.json
        prove=$({ time "$stationary" search assign --network "$network" --dataflow "$style" --budget "$budget" \
            --certify --certificate "$certificate" --format json --quiet >"$answer"; } 2>&1 | tail -1)
        verify=$({ time "$stationary" verify "$certificate" --quiet >"$folder/verified"; } 2>&1 | tail -1)
        python3 - "$answer" "$certificate" "$network,$style" "$prove,$verify" <<'PYTHON'
import collections, json, sys
answer, certificate = (json.load(open(path)) for path in sys.argv[1:3])
proof = answer["certificate"]
most = max(collections.Counter(entry["layer"] for entry in certificate["simulated"]).values())
print(sys.argv[3], answer["best"]["objective"], answer["checked"][0]["machine"], proof["simulations"],
      proof["entries"], most, proof["rounds"], sys.argv[4], sep=",")
PYTHON
    done
done
