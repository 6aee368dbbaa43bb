//! Callers who hold in a queue (twilio.com/docs/voice/twiml/enqueue): the documents of its `waitUrl`, one after the other, until
//! one says `<Leave>`, and then its action.

use crate::call::Call;
use crate::twiml::Verb;

/// The queue a caller is in.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    action: Option<String>,
    wait_url: String,
}

impl Call {
    pub(crate) fn enqueue(&mut self, verb: &Verb) {
        let wait_url = verb.attribute("waitUrl").unwrap_or_default().to_owned();
        self.queue = Some(Queue { action: verb.attribute("action").map(str::to_owned), wait_url });
    }

    /// The next document of the wait.
    pub(crate) async fn hold(&mut self) {
        let Some(queue) = self.queue.clone() else { return };
        let inputs = [("CallStatus", "in-progress"), ("QueuePosition", "1"), ("CurrentQueueSize", "1")];
        self.fetch(&queue.wait_url, &inputs).await;
    }

    pub(crate) async fn leave_queue(&mut self) {
        let Some(action) = self.queue.take().and_then(|queue| queue.action) else { return };
        self.fetch(&action, &[("CallStatus", "in-progress"), ("QueueResult", "leave")]).await;
    }

    /// Told on the side: the caller is gone.
    pub(crate) fn hung_up_in_queue(&mut self) {
        let Some(action) = self.queue.take().and_then(|queue| queue.action) else { return };
        let mut parameters = self.parameters.clone();
        let facts = [("CallStatus", "completed"), ("QueueResult", "hangup")];
        parameters.extend(facts.map(|(name, value)| (name.to_owned(), value.to_owned())));
        self.network.send_callbacks(action, vec![parameters]);
    }
}
