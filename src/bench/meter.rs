//! What a run costs this process: processor time and memory, as the kernel counts them (Linux, `proc(5)`).

use std::time::Duration;

/// Clock ticks a second in `/proc/self/stat`; 100 on every Linux that runs this program (`sysconf(3)`, `_SC_CLK_TCK`).
const TICKS_A_SECOND: u32 = 100;

/// Processor time this process has used, in user and kernel mode; zero where the kernel does not tell.
#[must_use]
pub fn cpu() -> Duration {
    cpu_of(std::process::id())
}

/// The same of another process.
#[must_use]
pub fn cpu_of(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in brackets may hold blanks; utime and stime are the 14th and 15th field.
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u32 = after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    Duration::from_secs(1) * ticks / TICKS_A_SECOND
}

/// The high-water mark of resident memory in megabytes; zero where the kernel does not tell.
#[must_use]
pub fn peak_rss_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<u32>().ok());
    f64::from(kilobytes.unwrap_or(0)) / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_memory_and_its_time_never_runs_back() {
        let before = cpu();
        assert!(peak_rss_mb() > 1.0);
        assert!(cpu() >= before);
    }
}
