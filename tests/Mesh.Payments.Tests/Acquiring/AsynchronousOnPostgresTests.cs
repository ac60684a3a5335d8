using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Acquiring;

public sealed class AsynchronousOnPostgresTests() : AsynchronousTests(StoreKind.Postgres);
