using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Messaging;

public sealed class EventRelayOnPostgresTests() : EventRelayTests(StoreKind.Postgres);
