using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Messaging;

public sealed class MessagePumpOnSqliteTests() : MessagePumpTests(StoreKind.Sqlite);
