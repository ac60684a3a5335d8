using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Api;

public sealed class LedgerApiOnPostgresTests() : LedgerApiTests(StoreKind.Postgres);
