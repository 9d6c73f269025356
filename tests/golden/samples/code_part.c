#include <stdio.h>
#define MAX(a, b) \
    ((a) > (b) ? \
        (a) : (b))

struct pair {
    int first;
    int second;
};

#ifdef DEBUG
static int
add(int a, int b)
{
    int sum = a + b;
    printf("%d and more text\n", sum);
    return sum;
}
#else
static int add(int a, int b) { /* quiet */
    int sum = a + b;
    sum += 0;
    return sum;
}
#endif
