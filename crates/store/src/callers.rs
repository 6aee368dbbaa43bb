//! Who is calling: one look-up before the greeting. It returns only what the first rung of the disclosure ladder
//! lets the conversation use.

use agency::crm::{Caller, LeadId, Role};
use agency::phone::PhoneNumber;
use jiff::Timestamp;

use crate::db::{Store, read};
use crate::error::StoreError;
use crate::requirements::KeptRequirements;
use crate::types::{Int, Ts};

#[derive(sqlx::FromRow)]
struct Known {
    role: String,
    name: Option<String>,
    email: Option<String>,
    vip: bool,
}

#[derive(sqlx::FromRow)]
struct Lead {
    id: Int,
    #[sqlx(flatten)]
    kept: KeptRequirements,
    last_searched: Option<Ts>,
    refuses_recording: bool,
}

impl Store {
    /// Tenant, landlord, lead, any contact, in this order for the role; a lead's own search whatever the role.
    pub async fn who_is_calling(&self, phone: Option<&PhoneNumber>) -> Result<Caller, StoreError> {
        let Some(phone) = phone else { return Ok(Caller::unknown(None)) };
        let (known, lead, last_viewed) =
            tokio::try_join!(self.known_as(phone), self.lead_of(phone), self.last_viewing_attended(phone))?;
        let mut caller = Caller { last_viewed, ..Caller::unknown(Some(phone.clone())) };
        if let Some(first) = known.first() {
            caller.role = Role::from_word(&first.role).unwrap_or(Role::Contact);
            caller.name.clone_from(&first.name);
            caller.email.clone_from(&first.email);
        }
        caller.vip = known.iter().any(|record| record.vip);
        if let Some(lead) = lead {
            if matches!(caller.role, Role::Unknown | Role::Contact) {
                caller.role = Role::Applicant;
            }
            apply_lead(&mut caller, &lead);
        }
        Ok(caller)
    }

    async fn known_as(&self, phone: &PhoneNumber) -> Result<Vec<Known>, StoreError> {
        const SQL: &str = "SELECT role, name, email, vip FROM ( \
             SELECT 1 AS place, 'tenant' AS role, name, email, (1 = 0) AS vip FROM pm_tenants WHERE phone = $1 \
             UNION ALL SELECT 2, 'landlord', name, email, (1 = 0) FROM pm_landlords WHERE phone = $1 \
             UNION ALL SELECT 3, 'contact', name, email, COALESCE(vip = (1 = 1), (1 = 0)) FROM unified_contacts WHERE phone = $1 \
             ) AS found ORDER BY place";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(phone.as_str()).fetch_all(c).await)?)
    }

    async fn lead_of(&self, phone: &PhoneNumber) -> Result<Option<Lead>, StoreError> {
        const SQL: &str = "SELECT id, name, email, looking_for, property_type, bedrooms_min, bedrooms_max, budget_min, \
             budget_max, preferred_areas, preferred_area_names, must_haves, deal_breakers, \
             COALESCE((SELECT max(said_at) FROM requirement_changes r WHERE r.lead_id = l.id), last_call_date, updated_at) \
             AS last_searched, EXISTS (SELECT 1 FROM consents c WHERE c.lead_id = l.id AND c.purpose = 'recording' AND c.given = (1 = 0)) \
             AS refuses_recording FROM voice_leads l WHERE phone = $1";
        Ok(read!(self, |c| sqlx::query_as(SQL).bind(phone.as_str()).fetch_optional(c).await)?)
    }

    async fn last_viewing_attended(&self, phone: &PhoneNumber) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT scheduled_date FROM viewing_appointments \
             WHERE viewer_phone = $1 AND kind = 'viewing' AND status = 'completed' ORDER BY scheduled_date DESC LIMIT 1";
        let found: Option<Ts> =
            read!(self, |c| sqlx::query_scalar(SQL).bind(phone.as_str()).fetch_optional(c).await)?;
        Ok(found.map(|at| at.0))
    }
}

fn apply_lead(caller: &mut Caller, lead: &Lead) {
    caller.lead = Some(LeadId(lead.id.0));
    caller.name = lead.kept.name.clone().or_else(|| caller.name.take());
    caller.email = lead.kept.email.clone().or_else(|| caller.email.take());
    caller.last_searched = lead.last_searched.map(|at| at.0);
    caller.refuses_recording = lead.refuses_recording;
    caller.wants = lead.kept.wants();
}
