#!/usr/bin/env bash
# PTX that nvcc makes of NVIDIA's public samples: cuda_samples.sh NVCC SAMPLES FOLDER [CAPABILITY...]
#
# SAMPLES is a checkout of the samples, HEADERS a folder of more headers, JOBS the number of compilers at a time. What does
# not compile is counted and left out: it needs Direct3D, OpenGL, or what newer headers no longer have. What is there
# already is not compiled again.
set -uo pipefail
nvcc=$1 samples=$(cd "$2" && pwd) folder=$3
shift 3
[ $# -gt 0 ] || set -- 75 80 86 90 100 120
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

compile() {
    local source=$1 capability=$2 name out flags=
    name=${source#"$samples"/}
    out=$folder/${name//\//_}
    out=${out%.cu}_$capability.ptx
    if [ -e "$out" ] || [ -e "$out.failed" ]; then return; fi
    case $source in
        *cdp*) flags=-rdc=true ;;
    esac
    cd "$(dirname "$source")" || return
    # shellcheck disable=SC2086
    if timeout 300 "$nvcc" -ptx -std=c++17 $flags "-arch=compute_$capability" "-I$samples/Common" -Iinc -I. -I.. -I../inc \
        ${HEADERS:+-I"$HEADERS"} "$source" -o "$out.new" 2>"$out.failed"; then
        rm "$out.failed"
        mv "$out.new" "$out"
    fi
}
export -f compile
export nvcc samples folder

for capability in "$@"; do
    find "$samples" -name '*.cu' -print0 | sort -z |
        xargs -0 -P "${JOBS:-$(nproc)}" -I {} bash -c 'compile "$1" "$2"' _ {} "$capability"
done
echo "$(find "$folder" -name '*.ptx' | wc -l) files compiled, $(find "$folder" -name '*.failed' | wc -l) do not compile"
