#include <stdio.h>
#include <stdlib.h>

int show(struct node *node) {
    // ruleid: c.use-after-free
    free(node);
    return node->value;
}

void print(char *text) {
    // ruleid: c.use-after-free
    free(text);
    puts(text);
}

void fine(char *text) {
    puts(text);
    // ok: c.use-after-free
    free(text);
}

void again(char *text) {
    // ok: c.use-after-free
    free(text);
    text = malloc(10);
    puts(text);
}
