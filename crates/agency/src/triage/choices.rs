//! What an agency decides for itself; all else of the table is the same for everybody.

use serde::{Deserialize, Serialize};

/// Where agencies differ (`domain.md` §1.2 of the reference: published policies do).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    pub no_heating_in_winter: WinterHeating,
    pub locked_out: LockedOut,
}

/// No heating from 1 October to 31 March.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WinterHeating {
    #[default]
    Emergency,
    /// Only where somebody vulnerable lives.
    WithVulnerable,
}

/// Somebody who cannot get in, and nobody is in danger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockedOut {
    #[default]
    Urgent,
    Emergency,
}
