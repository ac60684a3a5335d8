using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Messaging;

public sealed class PaymentEventOnSqliteTests() : PaymentEventTests(StoreKind.Sqlite);
