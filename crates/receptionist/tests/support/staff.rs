//! Colleagues at their browsers.

use agency::crm::UserId;
use agency::staff::StaffRole;
use receptionist::dashboard::invite;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use store::NewAccount;

use super::Agency;
use super::contract::checked;

pub(crate) const PASSWORD: &str = "plum harbour forty-two";

/// Somebody with an account, at their browser.
pub(crate) struct Colleague {
    pub(crate) http: Client,
    pub(crate) base: String,
    pub(crate) cookie: String,
    pub(crate) account: String,
}

impl Colleague {
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        self.send_as_seen(method, path, None, body).await
    }

    /// A change of what was seen with this mark (`If-Match`).
    pub(crate) async fn send_as_seen(
        &self,
        method: Method,
        path: &str,
        mark: Option<&str>,
        body: Option<Value>,
    ) -> Response {
        let url = format!("{}{path}", self.base);
        let mut request = self.http.request(method.clone(), url).header("cookie", &self.cookie);
        if let Some(mark) = mark {
            request = request.header("if-match", mark);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        checked(&method, path, request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let response = self.send(Method::GET, path, None).await;
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    /// The first page of a list.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        self.get(path).await["items"].as_array().unwrap().clone()
    }

    pub(crate) async fn status(&self, method: Method, path: &str, body: Option<Value>) -> StatusCode {
        self.send(method, path, body).await.status()
    }
}

pub(crate) async fn sign_in(agency: &Agency, email: &str, more: &[(&str, &str)]) -> Response {
    let mut wish = json!({"email": email, "password": PASSWORD});
    for (name, value) in more {
        wish[*name] = json!(value);
    }
    Client::new().post(format!("{}/api/v1/session", agency.base_url)).json(&wish).send().await.unwrap()
}

pub(crate) fn cookie(response: &Response) -> String {
    let set = response.headers()["set-cookie"].to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

/// An account whose password was chosen by its link, and a session.
pub(crate) async fn colleague(agency: &Agency, role: StaffRole) -> Colleague {
    let app = &agency.app;
    let (id, email) = (app.id("account"), format!("{role}@agency.example"));
    let mut tx = app.store.begin().await.unwrap();
    let new = NewAccount {
        id: &id,
        email: &email,
        name: "Aisha Khan",
        role,
        user: Some(UserId(1)),
        now: app.now(),
    };
    tx.add_account(&new).await.unwrap();
    let link = invite(app, &mut tx, &id).await.unwrap();
    tx.commit().await.unwrap();
    let token = link.split_once('#').unwrap().1;
    let choose = |password: &'static str| {
        let wish = json!({"token": token, "password": password});
        Client::new().post(format!("{}/api/v1/password", agency.base_url)).json(&wish).send()
    };
    assert_eq!(
        choose("password1234").await.unwrap().status(),
        400,
        "it would be guessed, and the link stays good"
    );
    assert_eq!(choose(PASSWORD).await.unwrap().status(), 204);
    assert_eq!(choose(PASSWORD).await.unwrap().status(), 404, "the link is good once");
    let response = sign_in(agency, &email, &[]).await;
    assert_eq!(response.status(), 200);
    Colleague { http: Client::new(), base: agency.base_url.clone(), cookie: cookie(&response), account: id }
}
