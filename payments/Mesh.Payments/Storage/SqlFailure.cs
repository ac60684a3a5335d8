namespace Mesh.Payments.Storage;

/// <summary>What an exception from a database means for the transaction that met it.</summary>
internal enum SqlFailure
{
    /// <summary>Would fail again.</summary>
    Permanent,

    /// <summary>Lost against another transaction (serialization, deadlock, busy, a unique key written at once): run it again.</summary>
    Conflict,

    /// <summary>The database cannot be reached or is overloaded; whether a commit arrived is not known.</summary>
    Unavailable,
}
