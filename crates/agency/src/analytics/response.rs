//! Response times: counted in steps (10 ms below a second, 100 ms below ten, then whole seconds), so that percentiles of years can
//! be read from sums.

use super::{Measure, Tallies};

/// Milliseconds, each the upper edge of its step: at least this share of the turns was answered within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentiles {
    pub p50: i64,
    pub p90: i64,
    pub p95: i64,
    pub p99: i64,
}

/// None: nothing was measured.
pub fn percentiles(tallies: &Tallies) -> Option<Percentiles> {
    let mut steps: Vec<(i64, i64)> =
        tallies.items(Measure::Response).filter_map(|(lower, n)| Some((lower.parse().ok()?, n))).collect();
    steps.sort_unstable();
    let within = |percent| within(&steps, percent);
    Some(Percentiles { p50: within(50)?, p90: within(90)?, p95: within(95)?, p99: within(99)? })
}

fn within(steps: &[(i64, i64)], percent: i64) -> Option<i64> {
    let all: i64 = steps.iter().map(|(_, n)| n).sum();
    let mut seen = 0;
    steps.iter().find_map(|(lower, n)| {
        seen += n;
        (seen * 100 >= all * percent).then(|| lower + width(*lower))
    })
}

fn width(lower: i64) -> i64 {
    if lower < 1_000 {
        10
    } else if lower < 10_000 {
        100
    } else {
        1_000
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tally;
    use super::*;

    #[test]
    fn percentiles_are_upper_edges() {
        let mut tallies = Tallies::default();
        assert_eq!(percentiles(&tallies), None);
        for (lower, n) in [("40", 90), ("1200", 8), ("12000", 1), ("990", 1)] {
            tallies.add(Measure::Response, lower, Tally { n, total: 0 });
        }
        assert_eq!(percentiles(&tallies), Some(Percentiles { p50: 50, p90: 50, p95: 1_300, p99: 1_300 }));
    }
}
