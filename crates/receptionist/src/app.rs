//! What every part of the app is given.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use agency::conversation::Context;
use agency::crm::{Caller, StaffName};
use agency::language::Lexicon;
use agency::model::Grounds;
use agency::office::Office;
use agency::phone::PhoneNumber;
use agency::settings::{AgencyProfile, Greetings, OpeningHours, Retention};
use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Store;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Ids};
use crate::dashboard::events::{self, Events};
use crate::dashboard::test_phone::TestCalls;
use crate::delivery::{Mailer, Pictures, SlackClient, TwilioClient};
use crate::limits::Limiters;
use crate::links::Links;
use crate::media::Shelf;
use crate::model::Models;
use crate::reached::Dependencies;
use crate::settings::Settings;
use crate::untold::Missed;

/// Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub settings: Settings,
    pub store: Store,
    pub clock: Clock,
    pub ids: Ids,
    pub twilio: TwilioClient,
    pub slack: Option<SlackClient>,
    pub mailer: Option<Mailer>,
    pub pictures: Pictures,
    pub links: Links,
    pub models: Option<Models>,
    /// Files that people sent.
    pub shelf: Shelf,
    /// Rung when somebody has sent files.
    pub media_rung: Notify,
    /// Rung when a message was written, so that it leaves at once.
    pub outbox_rung: Notify,
    /// Rung when somebody has written: they may be answered at once.
    pub chats_rung: Notify,
    /// Rung when a call has ended: its review need not wait.
    pub calls_ended: Notify,
    /// How many calls are talking over a socket of this process.
    pub relays: watch::Sender<usize>,
    /// What changes, for the browsers of staff.
    pub(crate) events: Arc<Events>,
    /// Calls on the staff's test phone.
    pub(crate) test_calls: TestCalls,
    /// Cancelled when this process stops: every socket closes, and its call goes on elsewhere.
    pub stopping: CancellationToken,
    pub reached: Dependencies,
    pub(crate) limiters: Limiters,
    /// From when on calls and messages may not have been written down.
    pub missed: Mutex<Option<Missed>>,
    /// London's day on which this process has last let go of what is past its time.
    pub forgotten_on: Mutex<Option<jiff::civil::Date>>,
    /// Names this process's leases.
    pub worker: String,
    editable: RwLock<Published>,
    words: RwLock<Option<Arc<Words>>>,
}

/// What staff have published last. A version is published by hand, now and then, and is a few kilobytes: it is never given back, so
/// that whoever reads it needs no lock while a caller waits.
#[derive(Clone, Copy)]
struct Published {
    /// Of [`store::Store::versions_published`].
    mark: i64,
    sections: &'static Editable,
}

/// The sections that staff may edit, as the database has them.
struct Editable {
    agency: AgencyProfile,
    hours: OpeningHours,
    greetings: Greetings,
    office: Office,
    retention: Retention,
}

/// Names that callers say and recognisers mangle.
#[derive(Debug)]
pub struct Words {
    pub lexicon: Lexicon,
    pub staff: Vec<StaffName>,
    /// What the agency's own words back.
    pub agency_grounds: Grounds,
    /// The part of the prompt that is the same for every call.
    pub constant_prompt: String,
    read_at: Timestamp,
}

/// New listings are heard within this time.
const WORDS_FOR: SignedDuration = SignedDuration::from_secs(60);

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens the database and reads what staff have edited.
    pub async fn open(settings: Settings, clock: Clock, ids: Ids) -> anyhow::Result<Self> {
        let url = settings.database_url();
        if let Some(path) = url.strip_prefix("sqlite:").map(std::path::Path::new)
            && let Some(folder) = path.parent()
        {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        }
        let store = Store::open(&url).await.context("the database cannot be used")?;
        let now = clock.now();
        let editable = RwLock::new(published(&store, &settings, now).await?);
        let twilio = TwilioClient::new(&settings)?;
        let slack = SlackClient::new(&settings.emergency.slack_webhook_url)?;
        let pictures = Pictures::new(&settings.server.base_url)?;
        let mailer = Mailer::new(&settings.email, pictures.clone())?;
        let key = store.setting_or_keep("link_key", &ids.key(), now).await?;
        let links = Links::new(&settings.server.base_url, key);
        let limiters = Limiters::new(&settings.limits);
        let models = Models::new(&settings.model)?;
        let shelf = Shelf::open(&settings.media.url, &settings.database.data_dir)?;
        let worker = ids.next("node", now);
        let (events, stopping) = (Events::new(&worker), CancellationToken::new());
        tokio::spawn(events::carry(events.clone(), store.clone(), stopping.clone()));
        Ok(Self(Arc::new(Parts {
            settings,
            store,
            clock,
            ids,
            twilio,
            slack,
            mailer,
            pictures,
            links,
            models,
            shelf,
            media_rung: Notify::new(),
            outbox_rung: Notify::new(),
            chats_rung: Notify::new(),
            calls_ended: Notify::new(),
            relays: watch::Sender::new(0),
            events,
            test_calls: TestCalls::default(),
            stopping,
            worker,
            limiters,
            missed: Mutex::default(),
            reached: Dependencies::default(),
            forgotten_on: Mutex::new(None),
            editable,
            words: RwLock::new(None),
        })))
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn id(&self, prefix: &str) -> String {
        self.ids.next(prefix, self.now())
    }

    fn editable(&self) -> &'static Editable {
        self.editable.read().unwrap_or_else(PoisonError::into_inner).sections
    }

    /// Takes over what staff have published since, here or at another node. What cannot be read leaves everything as it is.
    pub async fn read_settings_again(&self) -> Result<(), store::StoreError> {
        let mark = self.store.versions_published().await?;
        let known = self.editable.read().unwrap_or_else(PoisonError::into_inner).mark;
        if mark != known {
            match published(&self.store, &self.settings, self.now()).await {
                Ok(new) => {
                    *self.editable.write().unwrap_or_else(PoisonError::into_inner) = new;
                    // The prompt and the grounds are made of them.
                    *self.words.write().unwrap_or_else(PoisonError::into_inner) = None;
                }
                Err(error) => {
                    tracing::error!(error = %error, "the settings that were published cannot be read");
                }
            }
        }
        Ok(())
    }

    pub fn agency(&self) -> &AgencyProfile {
        &self.editable().agency
    }

    /// Where people send photos.
    pub fn whatsapp_number(&self) -> Option<PhoneNumber> {
        let number = self.settings.twilio.whatsapp_number.as_deref()?;
        PhoneNumber::parse(number.strip_prefix("whatsapp:").unwrap_or(number)).ok()
    }

    pub fn hours(&self) -> &OpeningHours {
        &self.editable().hours
    }

    pub fn retention(&self) -> &Retention {
        &self.editable().retention
    }

    /// What the pure machine may know at this moment.
    pub fn context<'a>(&'a self, words: &'a Words) -> Context<'a> {
        let editable = self.editable();
        Context {
            now: self.now(),
            agency: &editable.agency,
            greetings: &editable.greetings,
            hours: &editable.hours,
            lexicon: &words.lexicon,
            office: &editable.office,
            triage: &self.settings.triage,
            has_model: self.models.is_some(),
        }
    }

    /// The greeting that needs no look-up: who we are, and that this is an AI. Such a call is not recorded.
    pub fn greeting_for_anybody(&self) -> String {
        let nobody = Caller::unknown(None);
        let editable = self.editable();
        let (agency, greetings) = (&editable.agency, &editable.greetings);
        let notice = agency::greeting::notice(agency, greetings, false);
        agency::greeting::words(&nobody, agency, greetings, &notice, self.now())
    }

    /// Whether the greeting tells those who are recorded that they are.
    pub(crate) fn tells_of_recording(&self) -> bool {
        let editable = self.editable();
        agency::greeting::tells_of_recording(&editable.agency, &editable.greetings)
    }

    /// The first words of a first chat.
    pub fn greeting_in_writing(&self, caller: &Caller, profile_name: Option<&str>) -> String {
        let editable = self.editable();
        agency::greeting::in_writing(caller, profile_name, &editable.agency, &editable.greetings)
    }

    /// Streets, areas and staff, as last read: a turn does not wait for them.
    pub async fn words(&self) -> Result<Arc<Words>, store::StoreError> {
        match self.kept_words() {
            Some(words) => Ok(words),
            None => self.read_words().await,
        }
    }

    /// Reads them anew once they are old; the worker's task.
    pub async fn read_words_again(&self) -> Result<(), store::StoreError> {
        let is_old = |words: &Arc<Words>| self.now().duration_since(words.read_at) >= WORDS_FOR;
        if self.kept_words().as_ref().is_none_or(is_old) {
            self.read_words().await?;
        }
        Ok(())
    }

    fn kept_words(&self) -> Option<Arc<Words>> {
        self.words.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn read_words(&self) -> Result<Arc<Words>, store::StoreError> {
        let (lexicon, staff) = tokio::try_join!(self.store.lexicon(), self.store.staff_names())?;
        let mut words = Words {
            lexicon,
            staff,
            agency_grounds: Grounds::default(),
            constant_prompt: String::new(),
            read_at: self.now(),
        };
        words.constant_prompt = agency::model::constant(&self.context(&words));
        words.agency_grounds = Grounds::of_agency(&words.constant_prompt, &self.context(&words));
        let words = Arc::new(words);
        *self.words.write().unwrap_or_else(PoisonError::into_inner) = Some(words.clone());
        Ok(words)
    }
}

async fn published(store: &Store, settings: &Settings, now: Timestamp) -> anyhow::Result<Published> {
    // Read before the sections: a version that comes in between is read again.
    let mark = store.versions_published().await?;
    let sections = Editable {
        agency: kept(store, "agency", &settings.agency, now).await?,
        hours: kept(store, "hours", &settings.hours, now).await?,
        greetings: kept(store, "greetings", &settings.greetings, now).await?,
        office: kept(store, "office", &settings.office, now).await?,
        retention: kept(store, "retention", &settings.retention, now).await?,
    };
    Ok(Published { mark, sections: Box::leak(Box::new(sections)) })
}

async fn kept<T: Serialize + DeserializeOwned>(
    store: &Store,
    section: &str,
    value: &T,
    now: Timestamp,
) -> anyhow::Result<T> {
    let json = store.setting_or_keep(section, &serde_json::to_string(value)?, now).await?;
    serde_json::from_str(&json).with_context(|| {
        format!("the section {section} of the table settings cannot be read; correct or delete that row")
    })
}
