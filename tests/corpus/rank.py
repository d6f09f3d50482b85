"""What a corpus lacks, the most frequent first: regauge check --json FILE... | python rank.py NAME"""

import collections
import json
import sys


def main():
    answer = json.load(sys.stdin)
    count = collections.Counter()
    for file in answer["files"]:
        for kernel in file["kernels"]:
            count.update({missing["form"] for missing in kernel["missing"]})
    kernels, runs = answer["kernels"], answer["runs"]
    print(f"{sys.argv[1]}: {runs} of {kernels} kernels run ({100 * runs / max(kernels, 1):.1f} %)")
    for form, number in count.most_common():
        print(f"{number:8}  {form}")


main()
