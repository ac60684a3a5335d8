namespace Mesh.Payments.Tests.Support;

/// <summary>The databases the same tests run on.</summary>
public enum StoreKind
{
    Sqlite,
    Postgres,
}
