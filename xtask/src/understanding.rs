//! Measures what is understood of speech that nobody here wrote, and writes docs/understanding.md.

mod report;
mod rows;
mod sets;

use anyhow::Context;

use crate::{root, say};

/// One figure: how many of how many, what was aimed at, and what was missed.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) right: usize,
    pub(crate) of: usize,
    /// In percent.
    pub(crate) aim: Option<f64>,
    pub(crate) misses: Vec<String>,
}

impl Figure {
    fn new(name: &'static str, what: &'static str, aim: Option<f64>) -> Self {
        Self { name, what, right: 0, of: 0, aim, misses: Vec::new() }
    }

    fn count(&mut self, is_right: bool, miss: impl FnOnce() -> String) {
        self.of += 1;
        if is_right {
            self.right += 1;
        } else {
            self.misses.push(miss());
        }
    }

    pub(crate) fn percent(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
        let share = self.right as f64 / (self.of.max(1)) as f64;
        share * 100.0
    }
}

pub(crate) fn write() -> anyhow::Result<()> {
    let figures = sets::all()?;
    let path = root().join("docs/understanding.md");
    let text = report::text(&figures);
    std::fs::write(&path, &text).with_context(|| format!("{} cannot be written", path.display()))?;
    for figure in &figures {
        say(&format!("{:>6.1} %  {:>5}/{:<5} {}", figure.percent(), figure.right, figure.of, figure.name));
    }
    Ok(())
}

/// Prints what one figure missed.
pub(crate) fn misses(name: &str) -> anyhow::Result<()> {
    let figures = sets::all()?;
    let figure = figures.iter().find(|figure| figure.name == name).with_context(|| {
        let names: Vec<&str> = figures.iter().map(|figure| figure.name).collect();
        format!("there is no figure {name}; there are: {}", names.join(", "))
    })?;
    for miss in &figure.misses {
        say(miss);
    }
    Ok(())
}
