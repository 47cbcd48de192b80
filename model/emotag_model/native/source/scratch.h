// Memory that computations work in: kept between calls, so that none is allocated once a load is steady.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace emotag {

class Scratch {
public:
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { std::free(memory_); }

    // At least `size` bytes, aligned to a cache line; what was there before is lost.
    unsigned char* bytes(size_t size) {
        if (size > size_) grow(size);
        return memory_;
    }

private:
    unsigned char* memory_ = nullptr;
    size_t size_ = 0;

    void grow(size_t size) {
        size = (size + size / 4 + 4095) / 4096 * 4096;
        auto* memory = static_cast<unsigned char*>(std::aligned_alloc(64, size));
        if (!memory) throw std::bad_alloc();
        std::free(memory_);
        memory_ = memory;
        size_ = size;
    }
};

// One of `T` for every call under way; a call takes one and puts it back.
template <class T>
class Pool {
public:
    class Loan {
    public:
        explicit Loan(Pool& pool) : pool_(pool), item_(pool.take()) {}
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        ~Loan() { pool_.put(std::move(item_)); }
        T& operator*() const { return *item_; }
        T* operator->() const { return item_.get(); }

    private:
        Pool& pool_;
        std::unique_ptr<T> item_;
    };

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<T>> idle_;

    std::unique_ptr<T> take() {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (idle_.empty()) {
            idle_.reserve(idle_.capacity() + 1);  // so that putting it back cannot fail
            return std::make_unique<T>();
        }
        auto item = std::move(idle_.back());
        idle_.pop_back();
        return item;
    }

    void put(std::unique_ptr<T> item) {
        const std::lock_guard<std::mutex> lock(mutex_);
        idle_.push_back(std::move(item));
    }
};

}  // namespace emotag
