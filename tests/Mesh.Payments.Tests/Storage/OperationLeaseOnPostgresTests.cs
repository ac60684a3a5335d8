using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Storage;

public sealed class OperationLeaseOnPostgresTests() : OperationLeaseTests(StoreKind.Postgres);
