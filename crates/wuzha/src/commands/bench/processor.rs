//! What this machine spends: processor time and memory of a process, and how
//! much else is running, so that figures of a busy machine can be read.

use std::time::Duration;

/// Processor time of this process so far, its threads together.
pub(super) fn spent() -> Duration {
    of_stat(&read("/proc/self/stat"))
}

/// What was spent since.
pub(super) fn since(before: Duration) -> Duration {
    spent().saturating_sub(before)
}

/// User and system time, counted in ticks of a hundredth of a second.
fn of_stat(stat: &str) -> Duration {
    // The name may hold spaces; after its bracket the fields are fixed.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks =
        rest.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

/// Resident memory of a process in megabytes.
pub(super) fn resident_mb(pid: u32) -> f64 {
    let status = read(&format!("/proc/{pid}/status"));
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|it| it.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1_024.0
}

/// The machine and what else it does, as a line.
pub(super) fn machine() -> String {
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("?").to_owned();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} 个处理器核，平均负载 {load}")
}

/// Empty where the system has no such file.
fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::of_stat;

    #[test]
    fn user_and_system_time_are_added() {
        let stat = "1 (a b) c) S 1 1 1 0 -1 4194560 1 2 3 4 150 50 9 9 20 0";
        assert_eq!(of_stat(stat).as_millis(), 2_000);
    }
}
