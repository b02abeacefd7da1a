"""Small C problems: a right solution, a change that makes it wrong, and asserts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One problem.

    Attributes:
        name: What it is about.
        code: A right solution.
        asserts: What its tests do, inside main.
        wrong: What to replace by what, to make the solution wrong; None for nothing.
        helper: What the tests define before main.
    """

    name: str
    code: str
    asserts: str
    wrong: tuple[str, str] | None = None
    helper: str = ""


PROBLEMS = [
    Problem(
        "reverse a text in place",
        "void turn(char *s) { size_t n = strlen(s); for (size_t i = 0; i < n / 2; i++) { char c = s[i]; s[i] = s[n - 1 - i]; s[n - 1 - i] = c; } }",
        'char s[] = "hello"; turn(s); assert(strcmp(s, "olleh") == 0); char one[] = "x"; turn(one); assert(one[0] == \'x\');',
        ("n / 2", "n"),
    ),
    Problem(
        "sum of an array",
        "long total(const int *a, size_t n) { long s = 0; for (size_t i = 0; i < n; i++) s += a[i]; return s; }",
        "int a[] = {3, -1, 2}; assert(total(a, 3) == 4); assert(total(NULL, 0) == 0); assert(total(a + 1, 2) == 1);",
        ("size_t i = 0", "size_t i = 1"),
    ),
    Problem(
        "out-pointers",
        "void extremes(const int *a, int n, int *lo, int *hi) { *lo = *hi = a[0]; for (int i = 1; i < n; i++) { if (a[i] < *lo) *lo = a[i]; if (a[i] > *hi) *hi = a[i]; } }",
        "int a[] = {3, 1, 2}, lo, hi; extremes(a, 3, &lo, &hi); assert(lo == 1 && hi == 3);",
        ("a[i] < *lo", "a[i] > *lo"),
    ),
    Problem(
        "an allocated text",
        "char *twice(const char *s) { char *r = malloc(2 * strlen(s) + 1); strcpy(r, s); strcat(r, s); return r; }",
        'char *t = twice("ab"); assert(strcmp(t, "abab") == 0); assert(strlen(t) == 4); free(t);',
        ("strcat(r, s);", ""),
    ),
    Problem(
        "a linked list",
        "struct Node { int value; struct Node *next; };\n"
        "struct Node *pushed(struct Node *h, int v) { struct Node *n = malloc(sizeof *n); n->value = v; n->next = h; return n; }\n"
        "int length(const struct Node *h) { int n = 0; for (; h; h = h->next) n++; return n; }\n"
        "struct Node *turned(struct Node *h) { struct Node *p = NULL; while (h) { struct Node *n = h->next; h->next = p; p = h; h = n; } return p; }",
        "struct Node *h = NULL; for (int i = 0; i < 50; i++) h = pushed(h, i); assert(length(h) == 50); struct Node *last = turned(h); assert(last->value == 0 && last->next->value == 1 && h->next == NULL);",
        ("h->next = p;", ""),
    ),
    Problem(
        "structs by value",
        'typedef struct { int x, y; char name[8]; } Spot;\nSpot middle(Spot a, Spot b) { Spot m = {(a.x + b.x) / 2, (a.y + b.y) / 2, "mid"}; return m; }',
        'Spot a = {0, 0, "a"}, b = {4, 6, "b"}; Spot m = middle(a, b); assert(m.x == 2 && m.y == 3); assert(strcmp(m.name, "mid") == 0);',
    ),
    Problem(
        "a struct changed in place",
        "typedef struct Account { double balance; int moves; } Account;\nbool withdraw(Account *a, double by) { if (by > a->balance) return false; a->balance -= by; a->moves++; return true; }",
        "Account a = {10, 0}; assert(withdraw(&a, 4)); assert(!withdraw(&a, 7)); assert(a.balance == 6 && a.moves == 1);",
        ("a->moves++;", ""),
    ),
    Problem(
        "a callback",
        "int folded(const int *a, int n, int (*f)(int, int), int start) { for (int i = 0; i < n; i++) start = f(start, a[i]); return start; }",
        "int a[] = {1, 2, 3}; assert(folded(a, 3, plus, 0) == 6); assert(folded(a, 3, times, 1) == 6); assert(folded(a, 0, plus, 9) == 9);",
        ("f(start, a[i])", "f(a[i], a[i])"),
        "static int plus(int a, int b) { return a + b; }\nstatic int times(int a, int b) { return a * b; }",
    ),
    Problem(
        "sorting with a comparison of the tests'",
        "void sorted_by(int *a, size_t n, int (*c)(const void *, const void *)) { qsort(a, n, sizeof *a, c); }",
        "int a[] = {2, 9, 4}; sorted_by(a, 3, falling); assert(a[0] == 9 && a[1] == 4 && a[2] == 2);",
        None,
        "static int falling(const void *a, const void *b) { return *(const int *)b - *(const int *)a; }",
    ),
    Problem(
        "an array of texts",
        "int longest(const char *words[], int n) { int best = 0; for (int i = 1; i < n; i++) if (strlen(words[i]) > strlen(words[best])) best = i; return best; }",
        'const char *words[] = {"a", "abc", "ab"}; assert(longest(words, 3) == 1);',
    ),
    Problem(
        "a matrix",
        "void transpose(int m[3][3]) { for (int i = 0; i < 3; i++) for (int j = 0; j < i; j++) { int t = m[i][j]; m[i][j] = m[j][i]; m[j][i] = t; } }",
        "int m[3][3] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}; transpose(m); assert(m[0][1] == 4 && m[2][0] == 3 && m[1][1] == 5);",
    ),
    Problem(
        "an allocated array and its length",
        "int *evens(const int *a, int n, int *count) { int *r = malloc((size_t)n * sizeof *r); *count = 0; for (int i = 0; i < n; i++) if (a[i] % 2 == 0) r[(*count)++] = a[i]; return r; }",
        "int a[] = {1, 2, 4, 5}, n = -1; int *r = evens(a, 4, &n); assert(n == 2 && r[0] == 2 && r[1] == 4); free(r);",
        ("% 2 == 0", "% 2"),
    ),
    Problem(
        "a pointer into the argument",
        "const char *after(const char *s, char c) { const char *p = strchr(s, c); return p ? p + 1 : NULL; }",
        "const char *s = \"key=value\"; assert(strcmp(after(s, '='), \"value\") == 0); assert(after(s, '=') == s + 4); assert(after(s, '#') == NULL);",
    ),
    Problem(
        "a text in static memory",
        'const char *day(int n) { static const char *names[] = {"mon", "tue"}; return names[n % 2]; }',
        'assert(strcmp(day(0), "mon") == 0); assert(strcmp(day(3), "tue") == 0);',
    ),
    Problem(
        "numbers of all sizes",
        "unsigned long long mixed(signed char a, unsigned short b, long c, float d, double e, bool f) { return (unsigned long long)(a + b + c + (double)d + e + f); }",
        "assert(mixed(-1, 65535, 100000000000L, 0.5f, 0.5, true) == 100000065536ULL);",
    ),
    Problem(
        "a growing array behind a pointer to a pointer",
        "bool append(int **a, size_t *n, int v) { int *b = realloc(*a, (*n + 1) * sizeof *b); if (!b) return false; b[*n] = v; *a = b; ++*n; return true; }",
        "int *a = NULL; size_t n = 0; for (int i = 0; i < 20; i++) assert(append(&a, &n, i * i)); assert(n == 20 && a[0] == 0 && a[19] == 361);",
    ),
    Problem(
        "an enumeration and a constant",
        "#define LIMIT 3\nenum Level { LOW, HIGH = 10 };\nenum Level level_of(int n) { return n > LIMIT ? HIGH : LOW; }",
        "assert(level_of(LIMIT) == LOW); assert(level_of(4) == HIGH); assert(HIGH == 10);",
        ("n > LIMIT", "n >= LIMIT"),
    ),
    Problem(
        "a stack that the candidate allocates",
        "typedef struct Stack { int *items; int size, room; } Stack;\n"
        "Stack *stack_new(void) { return calloc(1, sizeof(Stack)); }\n"
        "void stack_push(Stack *s, int v) { if (s->size == s->room) { s->room = s->room ? 2 * s->room : 2; s->items = realloc(s->items, (size_t)s->room * sizeof(int)); } s->items[s->size++] = v; }\n"
        "int stack_pop(Stack *s) { return s->size ? s->items[--s->size] : -1; }\n"
        "void stack_free(Stack *s) { free(s->items); free(s); }",
        "Stack *s = stack_new(); for (int i = 0; i < 9; i++) stack_push(s, i); assert(s->size == 9); assert(stack_pop(s) == 8); assert(stack_pop(s) == 7); stack_free(s);",
        ("s->items[--s->size]", "s->items[s->size--]"),
    ),
    Problem(
        "counting letters into a table",
        "void letters(const char *s, int table[26]) { memset(table, 0, 26 * sizeof(int)); for (; *s; s++) if (isalpha((unsigned char)*s)) table[tolower((unsigned char)*s) - 'a']++; }",
        'int t[26]; letters("Abba!", t); assert(t[0] == 2 && t[1] == 2 && t[25] == 0);',
    ),
    Problem(
        "a tree",
        "typedef struct Tree { int key; struct Tree *left, *right; } Tree;\n"
        "Tree *insert_key(Tree *t, int k) { if (!t) { t = calloc(1, sizeof *t); t->key = k; } else if (k < t->key) t->left = insert_key(t->left, k); else t->right = insert_key(t->right, k); return t; }\n"
        "int depth(const Tree *t) { if (!t) return 0; int l = depth(t->left), r = depth(t->right); return 1 + (l > r ? l : r); }",
        "Tree *t = NULL; int keys[] = {5, 2, 8, 1, 9}; for (int i = 0; i < 5; i++) t = insert_key(t, keys[i]); assert(depth(t) == 3); assert(t->left->left->key == 1 && t->right->right->key == 9);",
        ("k < t->key", "k > t->key"),
    ),
    Problem(
        "an array of structs",
        "typedef struct { char name[16]; int age; } Person;\nint oldest(const Person *p, int n) { int best = 0; for (int i = 1; i < n; i++) if (p[i].age > p[best].age) best = i; return best; }",
        'Person p[] = {{"Ann", 30}, {"Bob", 41}, {"Cy", 12}}; assert(oldest(p, 3) == 1);',
        ("p[i].age > p[best].age", "p[i].age < p[best].age"),
    ),
    Problem(
        "text into the caller's buffer",
        'int label(char *to, size_t room, int n) { return snprintf(to, room, "no. %d", n); }',
        'char to[16]; assert(label(to, sizeof to, 42) == 6); assert(strcmp(to, "no. 42") == 0); assert(label(to, 4, 42) == 6 && strcmp(to, "no.") == 0);',
    ),
    Problem(
        "swapping through pointers",
        "void exchange_ints(int *a, int *b) { int t = *a; *a = *b; *b = t; }",
        "int a = 1, b = 2; exchange_ints(&a, &b); assert(a == 2 && b == 1); exchange_ints(&a, &a); assert(a == 2); int both[] = {7, 8}; exchange_ints(&both[0], &both[1]); assert(both[0] == 8 && both[1] == 7);",
        ("*b = t;", ""),
    ),
    Problem(
        "static functions of the same file",
        "static int square(int x) { return x * x; }\nint sum_of_squares(int n) { int s = 0; for (int i = 1; i <= n; i++) s += square(i); return s; }",
        "assert(sum_of_squares(3) == 14);",
    ),
    Problem(
        "state between calls",
        "static int seen;\nint next_number(void) { return ++seen; }\nvoid reset(int to) { seen = to; }",
        "assert(next_number() == 1); assert(next_number() == 2); reset(10); assert(next_number() == 11);",
    ),
    Problem(
        "a set of bits",
        "unsigned bits(unsigned x) { unsigned n = 0; for (; x; x &= x - 1) n++; return n; }",
        "assert(bits(0) == 0); assert(bits(255u) == 8); assert(bits(0xFFFFFFFFu) == 32);",
    ),
]
