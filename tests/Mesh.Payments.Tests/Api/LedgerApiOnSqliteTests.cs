using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Api;

public sealed class LedgerApiOnSqliteTests() : LedgerApiTests(StoreKind.Sqlite);
