/*
 * A ring of bytes with one writer and one reader.
 *
 * The writer owns `head`, the reader owns `tail`; the ring is full when
 * one more byte would make them equal.
 */
#include <stdlib.h>
#include <string.h>

#define RING_LEAST 16
#define RING_MOST (1u << 20)

typedef struct ring {
    unsigned size;      /* a power of two */
    unsigned head;      /* where the next byte is written */
    unsigned tail;      /* where the next byte is read */
    unsigned char *data;
} ring;

static unsigned
round_up(unsigned size)
{
    unsigned power = RING_LEAST;
    while (power < size)
        power <<= 1;
    return power;
}

ring *
ring_new(unsigned size)
{
    ring *made;
    if (size > RING_MOST)
        return NULL;
    made = malloc(sizeof(ring));
    if (!made)
        return NULL;
    made->size = round_up(size);
    made->head = made->tail = 0;
    made->data = malloc(made->size);
    if (!made->data) {
        free(made);
        return NULL;
    }
    return made;
}

void
ring_free(ring *old)
{
    if (old) {
        free(old->data);
        free(old);
    }
}

#ifdef RING_DEBUG
static void
ring_print(const ring *r)
{
    unsigned at;
    for (at = r->tail; at != r->head; at = (at + 1) & (r->size - 1))
        printf("%02x ", r->data[at]);
    printf("\n");
}
#endif

/* Bytes that can be read. */
unsigned
ring_filled(const ring *r)
{
    return (r->head - r->tail) & (r->size - 1);
}

unsigned
ring_write(ring *r, const void *bytes, unsigned count)
{
    unsigned room = r->size - 1 - ring_filled(r);
    unsigned first;
    if (count > room)
        count = room;
    first = r->size - r->head;
    if (first > count)
        first = count;
    memcpy(r->data + r->head, bytes, first);
    memcpy(r->data, (const char *)bytes + first, count - first);
    r->head = (r->head + count) & (r->size - 1);
    return count;
}
