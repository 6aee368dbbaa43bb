//! Quarter-hour cells. A booking claims every cell it touches, once for the negotiator and once for the property,
//! in a table where both are unique: two bookings that overlap cannot both commit.

use jiff::{SignedDuration, Timestamp};

pub const CELL_MINUTES: i64 = 15;

/// The starts of all cells that `[start, start + minutes)` touches. Cells begin on UTC quarter hours, which are
/// London's too, as London's offset is a whole number of hours.
pub fn cells(start: Timestamp, minutes: i64) -> Vec<Timestamp> {
    let cell_seconds = CELL_MINUTES * 60;
    let first = start.as_second().div_euclid(cell_seconds);
    let end = start.saturating_add(SignedDuration::from_mins(minutes.max(1))).unwrap_or(start);
    let last = (end.as_second() - 1).div_euclid(cell_seconds);
    (first..=last).filter_map(|cell| Timestamp::from_second(cell * cell_seconds).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_hour_takes_two_cells_and_an_odd_start_three() {
        let on_the_quarter: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        let odd: Timestamp = "2026-11-24T10:10:00Z".parse().unwrap();
        assert_eq!(cells(on_the_quarter, 30).len(), 2);
        assert_eq!(cells(odd, 30).len(), 3);
        assert_eq!(cells(odd, 30)[0], on_the_quarter);
    }
}
