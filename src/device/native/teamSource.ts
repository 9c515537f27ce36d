/**
 * C of the thread team: how threads share the units of one kernel. Each thread has a fixed part of the chunks and takes them
 * from its front; who is done helps the others from their ends, so that nobody waits for a thread that is late. Which thread
 * runs a chunk changes no bit of its result (`kernel/units.ts`). `driverSource.ts` walks the commands.
 */

/** Structures and functions of the team, without the headers that they need. */
export const teamSource = `
typedef void kernel_function(char *const *buffers, const int32_t *sizes, int32_t begin, int32_t end);

enum { most_threads = 256, chunks_a_thread = 8, look_at_clock = 32 };
/* Nanoseconds of looking before going to sleep: helpers between kernels, the caller for the last chunks. */
enum { helper_patience = 100000, caller_patience = 20000 };
/* So many offers, each within so many nanoseconds of the one before, are worth waking helpers for however small each is: they then stay awake. */
enum { many_in_a_row = 8, soon = helper_patience / 2 };

/* Chunks that are left of a thread's part: the number of the offer (32 bits), the first one, the one after the last (16 each). */
typedef struct {
  _Alignas(128) _Atomic uint64_t left;
  _Atomic uint64_t taken;
  /* Where the helper was seen last; -1 where that is not known. */
  _Atomic int32_t processor;
} part;

typedef struct team {
  part parts[most_threads];
  pthread_t helpers[most_threads];
  /* What the present offer is; it stays while a chunk of it is not finished. */
  kernel_function *function;
  char *const *buffers;
  const int32_t *sizes;
  int32_t units;
  int32_t chunks;
  /* When the last offer was done, and how many came soon after each other. */
  int64_t done_at;
  int32_t in_a_row;
  _Alignas(128) _Atomic uint32_t offer;
  _Atomic int32_t threads;
  _Atomic int32_t started;
  _Atomic int32_t stops;
  _Alignas(128) _Atomic int32_t pending;
  _Atomic int32_t caller_sleeps;
  _Atomic int32_t sleeping;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  pthread_cond_t done;
} team;

typedef struct { team *team; int32_t self; } introduction;

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static int32_t present_processor(void) {
#ifdef __linux__
  return sched_getcpu();
#else
  return -1;
#endif
}

static int take(part *of, uint32_t offer, int at_end, int32_t *chunk) {
  uint64_t left = atomic_load_explicit(&of->left, memory_order_acquire);
  for (;;) {
    uint32_t first = (uint32_t)(left >> 16) & 0xffff, end = (uint32_t)left & 0xffff;
    if ((uint32_t)(left >> 32) != offer || first == end) return 0;
    uint64_t after = at_end ? left - 1 : left + (1u << 16);
    if (atomic_compare_exchange_weak_explicit(&of->left, &left, after, memory_order_acq_rel, memory_order_acquire)) {
      *chunk = (int32_t)(at_end ? end - 1 : first);
      return 1;
    }
  }
}

static void run_chunk(team *t, int32_t self, int32_t chunk) {
  int64_t units = t->units, chunks = t->chunks;
  t->function(t->buffers, t->sizes, (int32_t)(units * chunk / chunks), (int32_t)(units * (chunk + 1) / chunks));
  atomic_fetch_add_explicit(&t->parts[self].taken, 1, memory_order_relaxed);
  if (atomic_fetch_sub(&t->pending, 1) == 1 && atomic_load(&t->caller_sleeps)) {
    pthread_mutex_lock(&t->mutex);
    pthread_cond_signal(&t->done);
    pthread_mutex_unlock(&t->mutex);
  }
}

static void work(team *t, int32_t self, uint32_t offer) {
  int32_t chunk, all = atomic_load_explicit(&t->started, memory_order_acquire) + 1;
  while (take(&t->parts[self], offer, 0, &chunk)) run_chunk(t, self, chunk);
  for (int32_t other = 1; other < all; other++)
    while (take(&t->parts[(self + other) % all], offer, 1, &chunk)) run_chunk(t, self, chunk);
}

static int is_wanted(team *t, int32_t self, uint32_t seen) {
  return atomic_load(&t->stops) || (self < atomic_load(&t->threads) && atomic_load(&t->offer) != seen);
}

static void *serve(void *argument) {
  team *t = ((introduction *)argument)->team;
  int32_t self = ((introduction *)argument)->self;
  free(argument);
  uint32_t seen = 0;
  while (!atomic_load(&t->stops)) {
    int64_t start = nanoseconds();
    for (int spins = 1; !is_wanted(t, self, seen); spins++) {
      relax();
      if (spins % look_at_clock == 0 && nanoseconds() - start > helper_patience) break;
    }
    atomic_store_explicit(&t->parts[self].processor, present_processor(), memory_order_relaxed);
    if (!is_wanted(t, self, seen)) {
      pthread_mutex_lock(&t->mutex);
      atomic_fetch_add(&t->sleeping, 1);
      while (!is_wanted(t, self, seen)) pthread_cond_wait(&t->wake, &t->mutex);
      atomic_fetch_sub(&t->sleeping, 1);
      pthread_mutex_unlock(&t->mutex);
    }
    if (atomic_load(&t->stops)) break;
    atomic_store_explicit(&t->parts[self].processor, present_processor(), memory_order_relaxed);
    seen = atomic_load(&t->offer);
    work(t, self, seen);
  }
  return NULL;
}

/* Helpers take no signals: those are the caller's. Where threads cannot be had, those that there are do it. */
static void hire(team *t) {
  int32_t wanted = atomic_load(&t->threads) - 1, started = atomic_load(&t->started);
  if (started >= wanted) return;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 4u << 20);
  while (started < wanted) {
    introduction *words = malloc(sizeof *words);
    if (words == NULL) break;
    words->team = t;
    words->self = started + 1;
    atomic_store(&t->parts[started + 1].processor, -1);
    if (pthread_create(&t->helpers[started], &attributes, serve, words) != 0) {
      free(words);
      atomic_store(&t->threads, started + 1);
      break;
    }
    atomic_store(&t->started, ++started);
  }
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void settle(team *t) {
  int64_t start = nanoseconds();
  for (int spins = 1; atomic_load(&t->pending) > 0; spins++) {
    relax();
    if (spins % look_at_clock != 0 || nanoseconds() - start <= caller_patience) continue;
    pthread_mutex_lock(&t->mutex);
    atomic_store(&t->caller_sleeps, 1);
    while (atomic_load(&t->pending) > 0) pthread_cond_wait(&t->done, &t->mutex);
    atomic_store(&t->caller_sleeps, 0);
    pthread_mutex_unlock(&t->mutex);
  }
}

/*
 * Sends helpers away from the caller's processor, where they would wait for it instead of helping. The system lets two threads
 * share one for long after others' threads have held the rest.
 */
static void part_ways(team *t) {
#ifdef __linux__
  int32_t here = present_processor();
  for (int32_t helper = 1; helper <= atomic_load(&t->started); helper++) {
    if (atomic_load_explicit(&t->parts[helper].processor, memory_order_relaxed) != here) continue;
    cpu_set_t others;
    if (sched_getaffinity(0, sizeof others, &others) != 0) return;
    CPU_CLR(here, &others);
    if (CPU_COUNT(&others) == 0) return;
    pthread_setaffinity_np(t->helpers[helper - 1], sizeof others, &others);
    atomic_store_explicit(&t->parts[helper].processor, -1, memory_order_relaxed);
  }
#else
  (void)t;
#endif
}

/* Runs all units of a kernel, in pieces of at least a parts-th. */
static void run_together(team *t, int32_t units, int32_t parts, int wakes) {
  hire(t);
  part_ways(t);
  int32_t threads = atomic_load(&t->threads);
  int32_t most = threads * chunks_a_thread;
  int32_t chunks = parts < most ? parts : most;
  if (chunks > units) chunks = units;
  t->units = units;
  t->chunks = chunks;
  uint32_t offer = atomic_load(&t->offer) + 1;
  atomic_store_explicit(&t->pending, chunks, memory_order_relaxed);
  for (int64_t self = 0; self < threads; self++) {
    uint64_t first = (uint64_t)(chunks * self / threads), end = (uint64_t)(chunks * (self + 1) / threads);
    atomic_store_explicit(&t->parts[self].left, (uint64_t)offer << 32 | first << 16 | end, memory_order_release);
  }
  atomic_store(&t->offer, offer);
  t->in_a_row = nanoseconds() - t->done_at < soon ? t->in_a_row + 1 : 0;
  if ((wakes || t->in_a_row >= many_in_a_row) && atomic_load(&t->sleeping) > 0) {
    pthread_mutex_lock(&t->mutex);
    pthread_cond_broadcast(&t->wake);
    pthread_mutex_unlock(&t->mutex);
  }
  work(t, 0, offer);
  settle(t);
  t->done_at = nanoseconds();
}

/* A team of one, which grows when there is work to share; NULL where there is no memory. */
uint64_t smilodon_team(int32_t threads) {
  team *t = NULL;
  if (posix_memalign((void **)&t, 128, sizeof *t) != 0) return 0;
  memset(t, 0, sizeof *t);
  pthread_mutex_init(&t->mutex, NULL);
  pthread_cond_init(&t->wake, NULL);
  pthread_cond_init(&t->done, NULL);
  atomic_store(&t->threads, threads);
  return (uint64_t)(uintptr_t)t;
}

void smilodon_set_threads(uint64_t address, int32_t threads) {
  atomic_store(&((team *)(uintptr_t)address)->threads, threads);
}

/* Chunks that a thread has run of kernels that were shared. */
double smilodon_taken(uint64_t address, int32_t thread) {
  return (double)atomic_load(&((team *)(uintptr_t)address)->parts[thread].taken);
}

void smilodon_end(uint64_t address) {
  team *t = (team *)(uintptr_t)address;
  pthread_mutex_lock(&t->mutex);
  atomic_store(&t->stops, 1);
  pthread_cond_broadcast(&t->wake);
  pthread_mutex_unlock(&t->mutex);
  for (int32_t helper = 0; helper < atomic_load(&t->started); helper++) pthread_join(t->helpers[helper], NULL);
  pthread_mutex_destroy(&t->mutex);
  pthread_cond_destroy(&t->wake);
  pthread_cond_destroy(&t->done);
  free(t);
}
`;
