//! The sets, one function each.

mod booking;
mod disclosure;
mod homes;
mod identity;
mod intents;
mod triage;

use super::{Figure, rows};

pub(super) fn all() -> anyhow::Result<Vec<Figure>> {
    let mut figures = intents::own()?;
    if rows::are_here() {
        figures.extend(identity::postcodes()?);
        figures.extend(identity::names()?);
        figures.extend(booking::dates_and_times()?);
        figures.extend(booking::answers()?);
        figures.extend(homes::homes()?);
        figures.extend(intents::foreign()?);
        figures.extend(triage::triage()?);
        figures.extend(disclosure::disclosure()?);
    }
    Ok(figures)
}
