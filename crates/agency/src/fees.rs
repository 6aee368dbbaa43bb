//! What a tenant may be asked for a home, computed from its rent (Tenant Fees Act 2019, schedule 1). In pence, rounded down, so
//! that no cap is exceeded.

use serde::{Deserialize, Serialize};

use crate::crm::{Property, RentPeriod};

/// A payment whose cap follows from the rent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capped {
    /// At most a week's rent (schedule 1, paragraph 3).
    HoldingDeposit,
    /// At most five weeks' rent, or six where the rent is £50,000 a year or more (paragraph 2).
    Deposit,
}

const SIX_WEEKS_FROM: i64 = 50_000;

/// None for a home that is for sale.
pub fn cap_pence(what: Capped, home: &Property) -> Option<i64> {
    let yearly = match home.rent_period? {
        RentPeriod::Month => home.price.checked_mul(12)?,
        RentPeriod::Week => home.price.checked_mul(52)?,
    };
    let weeks = match what {
        Capped::HoldingDeposit => 1,
        Capped::Deposit if yearly < SIX_WEEKS_FROM => 5,
        Capped::Deposit => 6,
    };
    Some(yearly.checked_mul(100 * weeks)? / 52)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::{Listing, PropertyId, PropertyType};

    fn home(price: i64, period: RentPeriod) -> Property {
        Property {
            id: PropertyId(1),
            reference: "JB-2024-001".into(),
            listing: Listing::Rent,
            status: "available".into(),
            address_line1: "12 Elgin Avenue".into(),
            area: "Maida Vale".into(),
            postcode: "W9 1AB".into(),
            bedrooms: 2,
            bathrooms: 1,
            property_type: PropertyType::Flat,
            price,
            rent_period: Some(period),
            description: String::new(),
            features: Vec::new(),
            epc_rating: None,
            council_tax_band: None,
            tenure: None,
            furnished: None,
            available_from: None,
            agent: None,
        }
    }

    /// The vectors of `domain.md` §2.2 of the reference.
    #[test]
    fn caps_are_rounded_down() {
        for (rent, period, holding, deposit) in [
            (1_500, RentPeriod::Month, 34_615, 173_076),
            (2_200, RentPeriod::Month, 50_769, 253_846),
            (4_166, RentPeriod::Month, 96_138, 480_692),
            (4_167, RentPeriod::Month, 96_161, 576_969),
            (5_000, RentPeriod::Month, 115_384, 692_307),
            (500, RentPeriod::Week, 50_000, 250_000),
        ] {
            let home = home(rent, period);
            assert_eq!(cap_pence(Capped::HoldingDeposit, &home), Some(holding), "{rent}");
            assert_eq!(cap_pence(Capped::Deposit, &home), Some(deposit), "{rent}");
        }
        let sale = Property { rent_period: None, ..home(975_000, RentPeriod::Month) };
        assert_eq!(cap_pence(Capped::Deposit, &sale), None);
    }
}
