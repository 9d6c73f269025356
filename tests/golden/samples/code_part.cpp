#include <vector>
namespace depot {
template <typename T>
class Ring : public Base<T> {
public:
    Ring(int n) : data_(n), at_(0) {
        data_.resize(n);
        at_ = n - 1;
        notify_all_waiting_readers();
    }
    virtual ~Ring() = default;
    int size() const;

private:
    std::vector<T> data_;
    int at_;
};
}  // namespace depot
