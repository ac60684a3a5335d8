using Mesh.Payments.Tests.Support;

namespace Mesh.Payments.Tests.Api;

public sealed class ListPaymentsOnPostgresTests() : ListPaymentsTests(StoreKind.Postgres);
