/*
 * A plugin in C++: it counts the orders of each hook, and answers how many there were.
 *
 *   c++ -std=c++17 -shared -fPIC -I plugins/abi/include plugins/abi/examples/counter.cpp -o libcounter.so
 */
#include <map>
#include <string>

#include "shouxin_plugin.hpp"

namespace {

class Counter : public shouxin::Plugin {
public:
    Counter(shouxin::Call &call, std::string_view config) {
        if (config.find("\"refuse\"") != std::string_view::npos) {
            throw std::runtime_error("counter: told to refuse");
        }
        call.log(SHOUXIN_LOG_INFO, "counter: created");
    }

    shouxin::Answer execute(shouxin::Call &, std::string_view request) override {
        return counted("execute", request);
    }
    shouxin::Answer suspend(shouxin::Call &, std::string_view request) override {
        return counted("suspend", request);
    }
    shouxin::Answer resume(shouxin::Call &, std::string_view request) override {
        return counted("resume", request);
    }
    shouxin::Answer lift(shouxin::Call &, std::string_view request) override {
        return counted("lift", request);
    }
    shouxin::Answer forget(shouxin::Call &, std::string_view request) override {
        return counted("forget", request);
    }

    std::string query(shouxin::Call &call, std::string_view request) override {
        if (request.find("\"connect\"") != std::string_view::npos) {
            const shouxin::Connection there = call.dial("127.0.0.1", 9, 1);
            return std::to_string(there ? 0 : there.socket());
        }
        std::string out = "{";
        for (const auto &[hook, count] : counts_) {
            out += out.size() > 1 ? "," : "";
            out += shouxin::Answer::quoted(hook) + ":" + std::to_string(count);
        }
        return out + "}";
    }

private:
    shouxin::Answer counted(const std::string &hook, std::string_view request) {
        /* Before anything is changed: a call that throws has had no effect. */
        if (request.find("\"fault\":\"exception\"") != std::string_view::npos) {
            throw std::runtime_error("told to throw \"quoted\" 文字");
        }
        if (request.find("\"fault\":\"number\"") != std::string_view::npos) {
            throw 7;
        }
        if (request.find("\"case_id\"") == std::string_view::npos &&
            request.find("\"subject_key\"") == std::string_view::npos) {
            throw shouxin::Refusal::bad_input("neither case_id nor subject_key");
        }
        const unsigned long count = ++counts_[hook];
        return shouxin::Answer::done().reference(hook + "-" + std::to_string(count));
    }

    std::map<std::string, unsigned long> counts_;
};

} // namespace

SHOUXIN_PLUGIN(Counter, "counter", "1.0.0", "示例局")
