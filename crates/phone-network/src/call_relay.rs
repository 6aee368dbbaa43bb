//! The part of a call that goes over ConversationRelay.

use std::time::Duration;

use crate::NetworkError;
use crate::call::Call;
use crate::ending::Ending;
use crate::listening::Listening;
use crate::relay::{Said, Socket};
use crate::twiml::Verb;

/// No application that works is silent for so long.
const PATIENCE: Duration = Duration::from_secs(20);

impl Call {
    /// Over a relay: the caller spoke over what was being said and had heard this much of it, then says this.
    pub async fn barge_in(&mut self, heard: &str, words: &str) -> Result<(), NetworkError> {
        self.open()?;
        if let Some(socket) = &mut self.socket {
            socket.interrupt(heard).await;
        }
        self.say(words).await
    }

    /// Over a relay: these words go out, and nobody waits for an answer to them.
    pub async fn begin_to_say(&mut self, words: &str) {
        if let Some(socket) = &mut self.socket {
            socket.prompt(words).await;
        }
    }

    /// Over a relay: listens until these words are out, or the application has said all it says now. Says whether they were.
    pub async fn hears(&mut self, words: &str) -> bool {
        match &mut self.socket {
            Some(socket) => socket.hear(words, PATIENCE).await,
            None => false,
        }
    }

    /// Whether the call is on a relay, or has fallen back to Gather.
    pub fn is_relayed(&self) -> bool {
        self.socket.is_some()
    }

    /// The relay's socket breaks, on the way or at the other end; Twilio asks the action.
    pub async fn drop_relay(&mut self) {
        self.heard.clear();
        if let Some(mut socket) = self.socket.take() {
            socket.close().await;
            self.relay_over(&socket, "failed", None).await;
        }
    }

    /// Listens over the relay until the application has said what it says now.
    pub(crate) async fn answered(&mut self) {
        let Some(mut socket) = self.socket.take() else { return };
        let (said, first) = socket.listen(&self.network, PATIENCE).await;
        self.network.took(first);
        match said {
            Said::Words(words) => {
                self.hear_all(words);
                self.socket = Some(socket);
            }
            Said::Ended { words, handoff } => {
                self.hear_all(words);
                socket.close().await;
                self.relay_over(&socket, "ended", handoff).await;
            }
            Said::Gone => self.relay_over(&socket, "failed", None).await,
            Said::Nothing => {
                self.warn("the application says nothing".to_owned());
                self.socket = Some(socket);
            }
        }
    }

    /// Asks the `<Connect action>` how to go on.
    async fn relay_over(&mut self, socket: &Socket, status: &str, handoff: Option<String>) {
        // A session that was set up has lasted; the seconds of a rehearsal are not.
        let seconds = (socket.began.elapsed().as_secs() + 1).to_string();
        let mut inputs = vec![
            ("CallStatus", "in-progress"),
            ("SessionId", socket.session.as_str()),
            ("SessionStatus", status),
            ("SessionDuration", &seconds),
        ];
        if status == "failed" {
            inputs.push(("ErrorCode", "39001"));
            inputs.push(("ErrorMessage", "Network connection to WebSocket server failed."));
        }
        if let Some(handoff) = &handoff {
            inputs.push(("HandoffData", handoff));
        }
        self.ask_action(socket.action.clone(), &inputs).await;
    }

    async fn ask_action(&mut self, action: Option<String>, inputs: &[(&str, &str)]) {
        self.listening = None;
        match action {
            Some(action) => {
                self.fetch(&action, inputs).await;
                Box::pin(self.play()).await;
            }
            None => self.end(Ending::AppHungUp),
        }
    }

    /// Opens the socket; a refused one goes to the action at once.
    pub(crate) async fn connect(&mut self, connect: &Verb) {
        let action = connect.attribute("action").map(str::to_owned);
        let Some(relay) = connect.children.iter().find(|child| child.name == "ConversationRelay") else {
            return self.warn("<Connect> holds nothing this network knows".to_owned());
        };
        match self.network.open_relay(relay, action.clone(), &self.parameters).await {
            Ok(socket) => {
                if let Some(greeting) = relay.attribute("welcomeGreeting") {
                    self.hear_words(greeting.to_owned());
                }
                self.socket = Some(socket);
                self.listening = Some(Listening { verb: relay.clone() });
            }
            Err(problem) => {
                let inputs = [
                    ("CallStatus", "in-progress"),
                    ("SessionStatus", "failed"),
                    ("SessionDuration", "0"),
                    ("ErrorCode", problem.split(':').next().unwrap_or("64102")),
                    ("ErrorMessage", problem.as_str()),
                ];
                self.ask_action(action, &inputs).await;
            }
        }
    }

    fn hear_all(&mut self, words: Vec<String>) {
        for words in words {
            self.hear_words(words);
        }
    }
}
