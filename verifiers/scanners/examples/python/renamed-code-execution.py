import os

# ruleid: python.renamed-code-execution
run = eval
# ruleid: python.renamed-code-execution
go = os.system
# ruleid: python.renamed-code-execution
values = list(map(eval, ["1"]))
# ok: python.renamed-code-execution
convert = int
# ok: python.renamed-code-execution
numbers = list(map(int, ["1"]))
