//! One streamed answer, read leniently: unknown fields, events and finish reasons are passed over, an error may come
//! after HTTP 200, tool calls come in fragments by index (platform.openai.com/docs/api-reference/chat-streaming).

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::ModelError;

/// What an answer is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Text(String),
    /// All that it asks for, whole.
    Calls(Vec<Call>),
    End,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arguments: String,
}

/// Tokens, as the endpoint counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) prompt: u64,
    pub(crate) cached: u64,
    pub(crate) answer: u64,
}

pub(crate) struct Answer {
    response: reqwest::Response,
    reader: Reader,
}

impl Answer {
    pub(super) fn new(response: reqwest::Response) -> Self {
        Self { response, reader: Reader::default() }
    }

    /// The next part. May be dropped while it waits: nothing that has come is lost.
    pub(crate) async fn next(&mut self) -> Result<Part, ModelError> {
        loop {
            if let Some(part) = self.reader.parts.pop_front() {
                return part;
            }
            match self.response.chunk().await {
                Ok(Some(bytes)) => self.reader.take(&bytes),
                Ok(None) => self.reader.end(),
                Err(_) => return Err(ModelError::Cut),
            }
        }
    }

    pub(crate) fn usage(&self) -> Usage {
        self.reader.usage
    }
}

/// Server-sent events, then chunks, then parts.
#[derive(Default)]
struct Reader {
    bytes: Vec<u8>,
    calls: BTreeMap<u64, Call>,
    finished: bool,
    usage: Usage,
    parts: VecDeque<Result<Part, ModelError>>,
}

/// No answer of ours is longer.
const BYTES_MAX: usize = 1 << 20;

impl Reader {
    fn take(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > BYTES_MAX {
            self.parts.push_back(Err(ModelError::Garbled));
        }
        while let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            if let Some(data) = line.trim_end().strip_prefix("data:") {
                self.data(data.trim_start());
            }
        }
    }

    fn data(&mut self, data: &str) {
        if data == "[DONE]" {
            self.finished = true;
            return self.end();
        }
        let Ok(chunk) = serde_json::from_str::<Value>(data) else {
            return self.parts.push_back(Err(ModelError::Garbled));
        };
        if let Some(error) = chunk.get("error").filter(|error| !error.is_null()) {
            let code = error["code"].as_str().or(error["type"].as_str()).unwrap_or("unknown");
            return self.parts.push_back(Err(ModelError::Broken(code.chars().take(60).collect())));
        }
        self.count(&chunk["usage"]);
        let choice = &chunk["choices"][0];
        if let Some(text) = choice["delta"]["content"].as_str().filter(|text| !text.is_empty()) {
            self.parts.push_back(Ok(Part::Text(text.to_owned())));
        }
        for fragment in choice["delta"]["tool_calls"].as_array().into_iter().flatten() {
            self.fragment(fragment);
        }
        self.finished |= choice["finish_reason"].is_string();
        if choice["finish_reason"] == "content_filter" {
            self.parts.push_back(Err(ModelError::Broken("content_filter".into())));
        }
    }

    /// Merged by index; without one it belongs to the call under way.
    fn fragment(&mut self, fragment: &Value) {
        const ARGUMENTS_MAX: usize = 20_000;
        let last = self.calls.keys().next_back().copied().unwrap_or_default();
        let call = self.calls.entry(fragment["index"].as_u64().unwrap_or(last)).or_default();
        if let Some(id) = fragment["id"].as_str().filter(|id| !id.is_empty()) {
            id.clone_into(&mut call.id);
        }
        if let Some(name) = fragment["function"]["name"].as_str().filter(|name| !name.is_empty()) {
            name.clone_into(&mut call.name);
        }
        if let Some(more) = fragment["function"]["arguments"].as_str()
            && call.arguments.len() + more.len() <= ARGUMENTS_MAX
        {
            call.arguments.push_str(more);
        }
    }

    fn count(&mut self, usage: &Value) {
        if usage.is_object() {
            self.usage = Usage {
                prompt: usage["prompt_tokens"].as_u64().unwrap_or_default(),
                cached: usage["prompt_tokens_details"]["cached_tokens"].as_u64().unwrap_or_default(),
                answer: usage["completion_tokens"].as_u64().unwrap_or_default(),
            };
        }
    }

    /// An answer that stops without a reason was cut off.
    fn end(&mut self) {
        if !self.finished {
            return self.parts.push_back(Err(ModelError::Cut));
        }
        let calls: Vec<Call> = std::mem::take(&mut self.calls).into_values().collect();
        if !calls.is_empty() {
            self.parts.push_back(Ok(Part::Calls(calls)));
        }
        self.parts.push_back(Ok(Part::End));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<Part, ModelError>> {
        // In pieces that cut through lines and letters.
        let mut reader = Reader::default();
        for piece in text.as_bytes().chunks(7) {
            reader.take(piece);
        }
        reader.end();
        reader.parts.into_iter().take_while(|part| *part != Ok(Part::End)).collect()
    }

    #[test]
    fn text_and_calls_are_put_together() {
        let text = concat!(
            ": keep-alive\n\n",
            "event: message\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"new_field\":1}]}\r\n\r\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"£2 \"}}],\"usage\":null}\n\n",
            "data:{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"\",\"function\":{\"name\":\"search\",\"arguments\":\"{\\\"wi\"}},{\"index\":1,\"id\":\"c2\",\"function\":{\"name\":\"b\",\"arguments\":\"{}\"}}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"sh\\\":1}\"}}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"eos\"}]}\n\n",
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"prompt_tokens_details\":{\"cached_tokens\":4},\"completion_tokens\":3}}\n\n",
            "data: [DONE]\n\n",
        );
        let call = |id: &str, name: &str, arguments: &str| Call {
            id: id.into(),
            name: name.into(),
            arguments: arguments.into(),
        };
        assert_eq!(
            read(text),
            vec![
                Ok(Part::Text("£2 ".into())),
                Ok(Part::Calls(vec![call("c1", "search", "{\"wish\":1}"), call("c2", "b", "{}")])),
            ]
        );
    }

    #[test]
    fn errors_and_cuts_are_told_apart() {
        assert_eq!(
            read("data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n").last(),
            Some(&Err(ModelError::Cut))
        );
        assert_eq!(
            read("data: {\"error\":{\"message\":\"overloaded\",\"code\":\"server_error\"}}\n\n")[0],
            Err(ModelError::Broken("server_error".into()))
        );
        assert_eq!(read("data: <html>\n\n")[0], Err(ModelError::Garbled));
    }
}
