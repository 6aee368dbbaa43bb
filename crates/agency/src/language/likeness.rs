//! How alike two texts can be at most, told from their letters alone.

/// How often each letter stands in a text: how alike two texts can be at most, without comparing them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letters([u8; 27]);

impl Letters {
    pub(super) fn of(text: &str) -> Self {
        let mut counts = [0_u8; 27];
        for byte in text.bytes().filter(|byte| *byte != b' ') {
            let letter = if byte.is_ascii_lowercase() { usize::from(byte - b'a') } else { 26 };
            counts[letter] = counts[letter].saturating_add(1);
        }
        Self(counts)
    }

    /// Jaro's measure if all letters they share stood in the right order, and Winkler's bonus for the beginning.
    pub(super) fn likeness_at_most(&self, other: &Self) -> f64 {
        let sum = |counts: &[u8; 27]| counts.iter().map(|count| f64::from(*count)).sum::<f64>();
        let shared: f64 = self.0.iter().zip(&other.0).map(|(a, b)| f64::from(*a.min(b))).sum();
        let jaro = (shared / sum(&self.0).max(1.0) + shared / sum(&other.0).max(1.0) + 1.0) / 3.0;
        jaro + 0.4 * (1.0 - jaro)
    }
}

#[cfg(test)]
mod tests {
    use strsim::jaro_winkler;

    use super::*;

    /// It spares comparisons and never a likeness: spaces, which are not counted, are allowed for where it is used.
    #[test]
    fn it_is_never_below_the_likeness() {
        let names = [
            "elginavenue", "elganavenue", "lauderdaleroad", "lordydaleroad", "kilburn", "killburn",
            "maidavale",
        ];
        for a in names {
            for b in names {
                let most = Letters::of(a).likeness_at_most(&Letters::of(b));
                assert!(most >= jaro_winkler(a, b) - 1e-9, "{a} {b}");
            }
        }
    }
}
