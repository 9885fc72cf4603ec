"""CPython's multiprocessing: prints the median of several passes of one measure, named by the first argument, as JSON."""
import json
import multiprocessing
import statistics
import sys
import time

PASSES = 5


def passes(run, count=PASSES, warm_up=1):
    """Median of what `run` returns."""
    for _ in range(warm_up):
        run()
    return statistics.median(run() for _ in range(count))


def timed(run, operations, unit):
    """Time of one of the operations that `run` does, in units of so many seconds."""
    begun = time.perf_counter()
    run()
    return (time.perf_counter() - begun) / operations / unit


def produce(queue, go, items):
    while go.get():
        for i in range(items):
            queue.put(i)


def queue():
    items = 20_000
    values, go = multiprocessing.Queue(), multiprocessing.Queue()
    producer = multiprocessing.Process(target=produce, args=(values, go, items))
    producer.start()

    def consume():
        go.put(True)
        for i in range(items):
            if values.get() != i:
                raise ValueError("wrong item")

    result = passes(lambda: timed(consume, items, 1e-6))
    go.put(False)
    producer.join()
    return result


def echo(connection):
    while (value := connection.recv()) is not None:
        connection.send(value)


def pipe():
    trips = 5_000
    near, far = multiprocessing.Pipe()
    child = multiprocessing.Process(target=echo, args=(far,))
    child.start()

    def go_round():
        for i in range(trips):
            near.send(i)
            if near.recv() != i:
                raise ValueError("wrong answer")

    result = passes(lambda: timed(go_round, trips, 1e-6))
    near.send(None)
    child.join()
    return result


def lock():
    times = 300_000
    one = multiprocessing.Lock()

    def acquire_and_release():
        for _ in range(times):
            one.acquire()
            one.release()

    return passes(lambda: timed(acquire_and_release, times, 1e-9))


def manager():
    times = 10_000
    with multiprocessing.Manager() as one:
        values = one.dict()

        def fill():
            for i in range(times):
                values["key"] = i

        result = passes(lambda: timed(fill, times, 1e-6))
        if values["key"] != times - 1:
            raise ValueError("wrong value")
    return result


def nothing():
    pass


def start_and_join(context):
    def run():
        process = context.Process(target=nothing)
        process.start()
        process.join()

    return passes(lambda: timed(run, 1, 1e-3), 10)


def process():
    return start_and_join(multiprocessing.get_context("spawn"))


def process_fork():
    return start_and_join(multiprocessing.get_context("fork"))


def double(x):
    return 2 * x


def map_numbers():
    numbers = list(range(1_000_000))
    with multiprocessing.Pool(2) as pool:
        def run():
            if pool.map(double, numbers)[-1] != 1_999_998:
                raise ValueError("wrong answer")

        return passes(lambda: timed(run, 1, 1e-3))


def apply():
    calls = 2_000
    with multiprocessing.Pool(2) as pool:
        def run():
            for i in range(calls):
                if pool.apply(double, (i,)) != 2 * i:
                    raise ValueError("wrong answer")

        return passes(lambda: timed(run, calls, 1e-6))


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]]()))
