//! One call, from the caller's side: what was heard, what the app listens for, and what to do next.

use crate::NetworkError;
use crate::ending::Ending;
use crate::listening::Listening;
use crate::queue::Queue;
use crate::relay::Socket;
use crate::state::{CallRecord, Network, lock};
use crate::twiml::{Document, Verb, parse};
use crate::webhook::{Answer, Parameters};

/// A call in progress or over.
pub struct Call {
    pub(crate) network: Network,
    sid: String,
    pub(crate) parameters: Parameters,
    /// The address of the running document; relative actions are resolved against it.
    url: String,
    rest: Vec<Verb>,
    pub(crate) listening: Option<Listening>,
    pub(crate) socket: Option<Socket>,
    /// While they hold.
    pub(crate) queue: Option<Queue>,
    /// While a colleague talks with them: the action of the `<Dial>`.
    pub(crate) bridged: Option<String>,
    ending: Option<Ending>,
    pub(crate) heard: Vec<String>,
    all_heard: Vec<String>,
    warnings: Vec<String>,
    seconds: u32,
    /// A `<Hangup>` was played.
    pub(crate) was_told_to_hang_up: bool,
    /// Where its end is told.
    pub(crate) status_url: Option<String>,
}

/// Where a document leads.
enum Next {
    Nothing,
    Redirect(String),
    Connect(Verb),
    Dial(Verb),
    Hold,
    LeaveQueue,
}

/// A caller waits for at most this many documents without being asked anything.
const DOCUMENTS_MAX: usize = 20;

impl Network {
    /// Somebody rings. The call has been played to its first question when this returns.
    pub async fn ring(&self, from: &str, to: &str) -> Result<Call, NetworkError> {
        let options = self.options();
        let sid = self.new_sid("CA");
        let record = CallRecord {
            sid: sid.clone(),
            to: to.into(),
            from: from.into(),
            direction: "inbound",
            status: "ringing".into(),
            url: None,
            status_callback: None,
            created: self.now(),
            moved_to: None,
        };
        lock(&self.shared.memory).calls.push(record);
        self.unplayed(sid, from, to, "inbound", &options.voice_path).begin(&options.voice_path).await
    }

    pub(crate) fn unplayed(&self, sid: String, from: &str, to: &str, direction: &str, url: &str) -> Call {
        let pairs = [
            ("AccountSid", self.options().account_sid.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("CallSid", &sid),
            ("Called", to),
            ("Caller", from),
            ("Direction", direction),
            ("From", from),
            ("FromCity", ""),
            ("FromCountry", "GB"),
            ("To", to),
            ("ToCity", ""),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        Call {
            network: self.clone(),
            sid,
            parameters: pairs.into(),
            url: url.to_owned(),
            rest: Vec::new(),
            listening: None,
            socket: None,
            queue: None,
            bridged: None,
            ending: None,
            heard: Vec::new(),
            all_heard: Vec::new(),
            warnings: Vec::new(),
            seconds: 0,
            was_told_to_hang_up: false,
            status_url: Some(self.options().status_path),
        }
    }
}

impl Call {
    /// Gets the first document and plays it to its first question.
    pub(crate) async fn begin(mut self, url: &str) -> Result<Self, NetworkError> {
        let reached = self.fetch(url, &[("CallStatus", "ringing")]).await;
        if !reached {
            return Err(NetworkError::NoAnswer { url: format!("{}{url}", self.network.options().send_to) });
        }
        self.play().await;
        Ok(self)
    }

    pub fn sid(&self) -> &str {
        &self.sid
    }

    /// What was said since the caller last did something.
    pub fn heard(&self) -> String {
        self.heard.join(" ")
    }

    /// Everything said in this call.
    pub fn all_heard(&self) -> String {
        self.all_heard.join(" ")
    }

    pub fn listening(&self) -> Option<&Listening> {
        self.listening.as_ref()
    }

    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The caller speaks. Nothing is heard by the app if it does not listen for speech.
    pub async fn say(&mut self, words: &str) -> Result<(), NetworkError> {
        let listening = self.open()?;
        if words.trim().is_empty() || !listening.takes("speech") {
            return self.silence().await;
        }
        self.pass(words.split_whitespace().count());
        if let Some(socket) = &mut self.socket {
            socket.prompt(words).await;
            self.answered().await;
            return Ok(());
        }
        let inputs = [("SpeechResult", words), ("Confidence", "0.9128"), ("Language", "en-GB")];
        self.act(&listening, &inputs).await;
        Ok(())
    }

    /// The caller presses keys; the finishing key ends them, as at Twilio.
    pub async fn press(&mut self, keys: &str) -> Result<(), NetworkError> {
        let listening = self.open()?;
        if !listening.takes("dtmf") {
            return self.silence().await;
        }
        if let Some(socket) = &mut self.socket {
            for key in keys.chars() {
                socket.key(key).await;
            }
            self.pass(1);
            self.answered().await;
            return Ok(());
        }
        let finish = listening.attribute("finishOnKey").unwrap_or("#").to_owned();
        let most = listening.attribute("numDigits").and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
        let digits: String = keys.chars().take_while(|key| !finish.contains(*key)).take(most).collect();
        self.pass(1);
        self.act(&listening, &[("Digits", digits.as_str())]).await;
        Ok(())
    }

    /// The caller says nothing until the app's time is up.
    pub async fn silence(&mut self) -> Result<(), NetworkError> {
        let listening = self.open()?;
        if self.socket.is_some() {
            self.pass(5);
            self.answered().await;
            return Ok(());
        }
        self.pass(listening.attribute("timeout").and_then(|s| s.parse().ok()).unwrap_or(5));
        if listening.attribute("actionOnEmptyResult") == Some("true") {
            self.act(&listening, &[]).await;
        } else {
            self.listening = None;
            self.play().await;
        }
        Ok(())
    }

    /// Whatever was going on is over; nobody is asked how to go on.
    pub(crate) async fn leave_everything(&mut self) {
        (self.listening, self.queue, self.bridged) = (None, None, None);
        self.rest.clear();
        if let Some(mut socket) = self.socket.take() {
            socket.close().await;
        }
    }

    /// The caller hangs up.
    pub fn hang_up(&mut self) {
        if self.ending.is_none() {
            self.hung_up_in_queue();
            self.end(Ending::CallerHungUp);
        }
    }

    pub(crate) fn open(&mut self) -> Result<Listening, NetworkError> {
        self.heard.clear();
        match (&self.listening, self.ending) {
            (Some(listening), None) => Ok(listening.clone()),
            (_, ending) => Err(NetworkError::CallEnded(ending.unwrap_or(Ending::AppHungUp))),
        }
    }

    /// About half a second a word.
    fn pass(&mut self, words: usize) {
        self.seconds += u32::try_from(words / 2 + 1).unwrap_or(1);
    }

    async fn act(&mut self, listening: &Listening, inputs: &[(&str, &str)]) {
        let action = listening.attribute("action").map_or_else(|| self.url.clone(), str::to_owned);
        self.listening = None;
        let mut inputs = inputs.to_vec();
        inputs.push(("CallStatus", "in-progress"));
        self.fetch(&action, &inputs).await;
        self.play().await;
    }

    /// Gets a document, or the fallback's. Says whether anybody answered at all.
    pub(crate) async fn fetch(&mut self, url: &str, inputs: &[(&str, &str)]) -> bool {
        let mut parameters = self.parameters.clone();
        parameters.extend(inputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let answer = self.network.send(url, &parameters).await;
        let answered = answer.is_some();
        let problem = match self.take(url, answer) {
            Ok(()) => return true,
            Err(problem) => problem,
        };
        self.warn(problem.clone());
        let fallback = self.network.options().fallback_path;
        let code = problem.split(':').next().unwrap_or("11200").to_owned();
        parameters.extend([("ErrorCode".to_owned(), code), ("ErrorUrl".to_owned(), url.to_owned())]);
        let answer = self.network.send(&fallback, &parameters).await;
        let answered = answered || answer.is_some();
        if self.take(&fallback, answer).is_err() {
            self.end(Ending::ApplicationError);
        }
        answered
    }

    fn take(&mut self, url: &str, answer: Option<Answer>) -> Result<(), String> {
        let answer = answer.ok_or_else(|| format!("11205: {url} did not answer"))?;
        if answer.status >= 400 {
            return Err(format!("11200: {url} answered {}", answer.status));
        }
        if !["text/xml", "application/xml"].iter().any(|kind| answer.content_type.starts_with(kind)) {
            return Err(format!("12300: {url} answered with content type \"{}\"", answer.content_type));
        }
        let Document { verbs, warnings } = parse(&answer.body)?;
        for warning in warnings {
            self.warn(warning);
        }
        url.clone_into(&mut self.url);
        self.rest = verbs;
        Ok(())
    }

    pub(crate) fn warn(&mut self, warning: String) {
        self.network.complain(format!("call {}: {warning}", self.sid));
        self.warnings.push(warning);
    }

    /// Runs verbs until the app listens or the call ends.
    pub(crate) async fn play(&mut self) {
        for _ in 0..DOCUMENTS_MAX {
            if self.ending.is_some() || self.listening.is_some() || self.bridged.is_some() {
                return;
            }
            match self.play_document() {
                Next::Redirect(url) => {
                    self.fetch(&url, &[("CallStatus", "in-progress")]).await;
                }
                Next::Hold => self.hold().await,
                Next::LeaveQueue => self.leave_queue().await,
                Next::Dial(verb) => Box::pin(self.dial(&verb)).await,
                Next::Connect(verb) => return Box::pin(self.connect(&verb)).await,
                Next::Nothing => return,
            }
        }
        self.end(Ending::EndlessLoop);
    }

    fn play_document(&mut self) -> Next {
        while !self.rest.is_empty() {
            let verb = self.rest.remove(0);
            match verb.name.as_str() {
                "Say" => self.hear(&verb),
                "Gather" | "Record" => {
                    verb.children.iter().filter(|child| child.name == "Say").for_each(|say| self.hear(say));
                    self.listening = Some(Listening { verb });
                    return Next::Nothing;
                }
                "Dial" => return Next::Dial(verb),
                "Enqueue" => {
                    self.enqueue(&verb);
                    return Next::Hold;
                }
                "Start" => self.start(&verb),
                "Leave" => return Next::LeaveQueue,
                "Connect" => return Next::Connect(verb),
                "Redirect" => return Next::Redirect(verb.text.trim().to_owned()),
                "Hangup" => {
                    self.was_told_to_hang_up = true;
                    break;
                }
                "Reject" => {
                    self.end(Ending::Rejected);
                    return Next::Nothing;
                }
                "Pause" => self.pass(2),
                other => self.warn(format!("<{other}> is not played by this network")),
            }
        }
        if self.queue.is_some() && !self.was_told_to_hang_up {
            return Next::Hold;
        }
        if self.ending.is_none() {
            self.end(Ending::AppHungUp);
        }
        Next::Nothing
    }

    fn hear(&mut self, say: &Verb) {
        self.hear_words(say.text.trim().to_owned());
    }

    pub(crate) fn hear_words(&mut self, words: String) {
        self.pass(words.split_whitespace().count());
        self.heard.push(words.clone());
        self.all_heard.push(words);
    }

    pub(crate) fn end(&mut self, ending: Ending) {
        self.ending = Some(ending);
        self.listening = None;
        self.socket = None;
        self.rest.clear();
        if let Some(call) =
            lock(&self.network.shared.memory).calls.iter_mut().find(|call| call.sid == self.sid)
        {
            call.status = "completed".into();
        }
        let duration = self.seconds.to_string();
        let minutes = self.seconds.div_ceil(60).to_string();
        let mut parameters = self.parameters.clone();
        let facts = [
            ("CallStatus", "completed"),
            ("CallDuration", &duration),
            ("Duration", &minutes),
            ("CallbackSource", "call-progress-events"),
            ("SequenceNumber", "0"),
        ];
        parameters.extend(facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.end_recording();
        if let Some(url) = self.status_url.clone() {
            self.network.send_callbacks(url, vec![parameters]);
        }
    }
}
