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


# ruleid: python.renamed-code-execution
def calc(text, run=eval):
    return run(text)


def use(text, choose):
    # ruleid: python.renamed-code-execution
    sorted(text, key=os.system)
    # ruleid: python.renamed-code-execution
    choose(exec, text)
    # ruleid: python.renamed-code-execution
    [eval][0](text)
    # ruleid: python.renamed-code-execution
    (eval if text else exec)(text)
    # ruleid: python.renamed-code-execution
    (None or eval)(text)
    # ruleid: python.renamed-code-execution
    eval.__call__(text)
    # ruleid: python.renamed-code-execution
    return eval


# ok: python.renamed-code-execution
def of_a_parameter(eval, items):
    return sorted(items, key=eval)


def sound(model, items):
    # ok: python.renamed-code-execution
    model.eval()
    # ok: python.renamed-code-execution
    return sorted(items, key=model.exec)


def minimax(moves, score):
    best = 0
    for move in moves:
        if move:
            eval = score(move)
        else:
            eval = 0
        # ok: python.renamed-code-execution
        best = max(best, eval)
    return best
