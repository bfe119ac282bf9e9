//! A table of its own for each test, the real registry on it, and the SDK's client to look at it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region, SharedCredentialsProvider};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_smithy_runtime_api::client::http::http_client_fn;
use local::dynamodb::{self, Dynamodb};
use meeting_gateway::model::RoomId;
use meeting_gateway::outbound::Outbound;
use meeting_gateway::registry::{
    Registry, RegistryEndpoint, RegistrySettings, RegistryUsage, Scope, TableName,
};
use registry_core::{CallerKey, Digest, Generation, MeetingKey, Owner, RequestKey, SlotKey, TableRequest};
use tokio::time::Instant;

pub(crate) use registry_core::TableAnswer;

pub(crate) const GATEWAY: &str = "meeting-gateway";
pub(crate) const TENANT: &str = "acme";
pub(crate) const ROOM: &str = "salary-talks";

/// The time of the requests, in seconds since 1970: 2026-11-26, 00:00 UTC.
pub(crate) const NOW: u64 = 1_795_651_200;

pub(crate) const MEETING: MeetingKey = MeetingKey(0x0f8a_1c00_0000_4abc_8000_0000_0000_000d);
pub(crate) const OTHER_MEETING: MeetingKey = MeetingKey(1);
pub(crate) const REQUEST: RequestKey = RequestKey::Key(Digest(7));
pub(crate) const OTHER_REQUEST: RequestKey =
    RequestKey::Room { generation: Generation(3), members: Digest(u128::MAX) };
pub(crate) const CALLER: Owner = Owner::Caller(CallerKey(0xca11e4));
pub(crate) const SLOT: SlotKey = SlotKey { owner: Owner::Tenant, number: 3 };
pub(crate) const CALLERS_SLOT: SlotKey = SlotKey { owner: CALLER, number: 0 };

/// An item as text: attribute → value.
pub(crate) type Item = BTreeMap<String, String>;

pub(crate) struct Table {
    pub(crate) registry: Registry,
    pub(crate) client: Client,
    pub(crate) name: String,
    room: RoomId,
    /// absent where another endpoint is tested
    player: Option<Dynamodb>,
}

impl Table {
    /// An empty table at the endpoint that is tested.
    pub(crate) async fn start() -> Table {
        match std::env::var("REGISTRY_ENDPOINT") {
            Ok(url) => {
                static NUMBER: AtomicU32 = AtomicU32::new(0);
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                let table = Table::at(&url, &format!("edge-{}-{number}", std::process::id()), None);
                table.create().await;
                table
            }
            Err(_) => Table::played(),
        }
    }

    /// An empty table at the endpoint that `local` plays, which has faults.
    pub(crate) fn played() -> Table {
        let player = Dynamodb::start(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port is free");
        Table::at(&player.url(), dynamodb::TABLE, Some(player))
    }

    fn at(url: &str, name: &str, player: Option<Dynamodb>) -> Table {
        let credentials =
            SharedCredentialsProvider::new(Credentials::new("AKIDEXAMPLE", "example", None, None, "test"));
        let settings = RegistrySettings {
            table: TableName::parse(name, None).expect("it is a name"),
            endpoint: RegistryEndpoint::resolve("us-east-1", false, false, Some(url.to_owned()))
                .expect("it is a URL"),
            credentials: credentials.clone(),
            app_name: None,
        };
        let outbound = Outbound::new();
        let connector = outbound.connector();
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(credentials)
            .endpoint_url(url)
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build();
        Table {
            // A client of its own, so that the connections of one are not those of the other.
            registry: Registry::new(settings, &Outbound::new()),
            client: Client::from_conf(config),
            name: name.to_owned(),
            room: RoomId::parse(ROOM).expect("it is a name"),
            player,
        }
    }

    /// Creates the table as template.yaml has it.
    async fn create(&self) {
        let mut request =
            self.client.create_table().table_name(&self.name).billing_mode(BillingMode::PayPerRequest);
        for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
            let attribute = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()
                .unwrap();
            let key = KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
            request = request.attribute_definitions(attribute).key_schema(key);
        }
        request.send().await.expect("the table is made");
    }

    /// The stand-in, for its faults and its record of requests.
    pub(crate) fn player(&self) -> &Dynamodb {
        self.player.as_ref().expect("only tests of the stand-in ask for it")
    }

    pub(crate) fn scope(&self) -> Scope<'_> {
        Scope { gateway: GATEWAY, tenant: TENANT, room: Some(&self.room) }
    }

    /// Asks with time enough for every attempt. RecordMeeting has 200 ms whatever the deadline, which a peer on a busy machine may
    /// need longer than: it is asked again, as every request may be.
    pub(crate) async fn ask(&self, request: TableRequest) -> TableAnswer {
        let mut times = if matches!(request, TableRequest::RecordMeeting(_)) { 20 } else { 1 };
        loop {
            let usage = RegistryUsage::default();
            let answer = self.ask_noting(request, &usage).await;
            times -= 1;
            if !usage.has_failed() {
                return answer;
            }
            assert!(times > 0, "{request:?} has an answer: {answer:?}");
        }
    }

    pub(crate) async fn ask_noting(&self, request: TableRequest, usage: &RegistryUsage) -> TableAnswer {
        let deadline = Instant::now() + Duration::from_secs(20);
        self.registry.ask(self.scope(), request, deadline, usage).await
    }

    /// Every item as it was stored, in the order of the keys.
    pub(crate) async fn items(&self) -> Vec<Item> {
        let answer = self.client.scan().table_name(&self.name).consistent_read(true).send().await;
        let answer = answer.expect("the table can be read");
        assert!(answer.last_evaluated_key().is_none(), "a test has less than one page");
        let shown = |item: &std::collections::HashMap<String, AttributeValue>| -> Item {
            item.iter().map(|(name, value)| (name.clone(), show(value))).collect()
        };
        let mut items: Vec<Item> = answer.items().iter().map(shown).collect();
        items.sort_by_key(|item| (item["pk"].clone(), item["sk"].clone()));
        items
    }

    /// The one item whose partition key begins so.
    pub(crate) async fn item(&self, partition: &str) -> Option<Item> {
        let mut found = self.items().await;
        found.retain(|item| item["pk"].starts_with(&format!("S {partition}")));
        assert!(found.len() <= 1, "one item of {partition}: {found:?}");
        found.pop()
    }

    /// Writes an item past the registry.
    pub(crate) async fn put(&self, item: &[(&str, AttributeValue)]) {
        let mut request = self.client.put_item().table_name(&self.name);
        for (name, value) in item {
            request = request.item(*name, value.clone());
        }
        request.send().await.expect("it is written");
    }
}

/// A value with its type, since `N` and `S` are two things.
fn show(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => format!("S {text}"),
        AttributeValue::N(number) => format!("N {number}"),
        AttributeValue::Ss(texts) => {
            let mut texts = texts.clone();
            texts.sort();
            format!("SS {}", texts.join(" "))
        }
        AttributeValue::Ns(numbers) => {
            let mut numbers = numbers.clone();
            numbers.sort();
            format!("NS {}", numbers.join(" "))
        }
        AttributeValue::M(members) => {
            let members: BTreeMap<&String, String> =
                members.iter().map(|(name, value)| (name, show(value))).collect();
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            format!("M {}", members.join(", "))
        }
        other => panic!("nothing writes such a value: {other:?}"),
    }
}
