// A lock that threads of one warp take from each other: the one that holds it must get on while the others spin.
#include "check.cuh"

struct Account {
    int lock;
    int balance;
    unsigned trail;
};

__device__ void acquire(int *lock) {
    while (atomicCAS(lock, 0, 1) != 0) {
    }
    __threadfence();
}

__device__ void release(int *lock) {
    __threadfence();
    atomicExch(lock, 0);
}

__global__ void warp_lock(Account *accounts, int rounds) {
    for (int round = 0; round < rounds; round++) {
        // All lanes want one of two accounts.
        Account *account = &accounts[(threadIdx.x + round) % 2];
        acquire(&account->lock);
        volatile Account *guarded = account;
        int before = guarded->balance;
        guarded->trail = guarded->trail + before;
        guarded->balance = before + 1;
        release(&account->lock);
    }
}

int main() {
    const int rounds = 3, blocks = 2, threads = 64, visits = blocks * threads * rounds / 2;
    Device<Account> accounts(2);
    accounts.clear();
    warp_lock<<<blocks, threads>>>(accounts.data, rounds);
    CHECK(cudaGetLastError());
    Account result[2];
    accounts.read(result);

    size_t wrong = 0;
    for (const Account &account : result) {
        wrong += account.lock != 0;
        wrong += account.balance != visits;
        wrong += account.trail != unsigned(visits * (visits - 1) / 2);
    }
    return verdict("warp_lock", wrong, 6);
}
