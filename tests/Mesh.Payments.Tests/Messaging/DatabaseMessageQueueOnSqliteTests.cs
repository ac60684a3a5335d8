using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Messaging;

public sealed class DatabaseMessageQueueOnSqliteTests() : DatabaseMessageQueueTests(StoreKind.Sqlite);
